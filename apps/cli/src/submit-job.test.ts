import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDarkroom } from './testing/run-darkroom.js';
import { ScriptedService } from './testing/scripted-service.js';
import { TestFolder } from './testing/test-folder.js';

const CANCEL = 'POST /v1/jobs/job_1/cancel';

let folder: TestFolder;

beforeAll(async () => {
  folder = await TestFolder.create();
  await folder.file('a.png', 'bytes of a picture');
});
afterAll(() => folder.delete());

/** Interrupts a command once its submission is with the service, which answers so much later. */
async function interrupted(args: readonly string[], submission: string, afterMs: number) {
  const service = await ScriptedService.start({
    [submission]: { status: 202, json: { id: 'job_1' }, afterMs },
    [CANCEL]: { json: { id: 'job_1', status: 'canceled' } },
  });
  try {
    const outcome = await runDarkroom(args, {
      cwd: folder.root,
      env: { DARKROOM_URL: service.url, DARKROOM_MODELS_DIR: folder.models },
      interruptOn: service.called(submission),
    });
    return { outcome, calls: service.calls.map(({ call }) => call) };
  } finally {
    service.stop();
  }
}

const STOPPED = { exitCode: 130, stdout: '', stderr: 'stopped before the end\n' };

describe('a command that is interrupted while its submission is on its way', () => {
  it.each([
    [['segment', 'sources/a.png'], 'POST /v1/segmentation'],
    [['generate', 'a boat', '--out', 'pictures'], 'POST /v1/generation'],
    [['analyze', '--generate', 'a boat', '--concept', 'a boat'], 'POST /v1/analysis'],
  ])('cancels the job that it hears of afterwards: %j', async (args, submission) => {
    const { outcome, calls } = await interrupted(args, submission, 700);
    expect({ outcome, calls }).toEqual({ outcome: STOPPED, calls: [submission, CANCEL] });
  });

  it('ends without an answer after some seconds', async () => {
    const submission = 'POST /v1/segmentation';
    const { outcome, calls } = await interrupted(['segment', 'sources/a.png'], submission, 25_000);
    expect({ outcome, calls }).toEqual({ outcome: STOPPED, calls: [submission] });
  });
});
