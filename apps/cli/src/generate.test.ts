import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratedImage } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ScriptedAnswer, ScriptedService } from './testing/scripted-service.js';
import { TestFolder } from './testing/test-folder.js';

vi.setConfig({ testTimeout: 120_000 });

const JOB = '/v1/jobs/job_1';

let folder: TestFolder;

beforeAll(async () => {
  folder = await TestFolder.create();
});
afterAll(() => folder.delete());

function image(index: number, changes: Partial<GeneratedImage> = {}): GeneratedImage {
  const artifact = `image-${index}.png`;
  const size = { width: 64, height: 64 };
  const about = { prompt: 'A red boat!', prompt_index: 0, seed: 7 + index, flagged: false };
  return { index, artifact, url: `http://x/${artifact}`, ...about, ...size, ...changes };
}

function ended(images: readonly GeneratedImage[], changes: object = {}) {
  return {
    id: 'job_1',
    status: 'succeeded',
    model: 'painter',
    model_version: '3f9c1a20',
    warnings: [],
    error: null,
    timings: { total_ms: 12 },
    input: { image: null, seed: [7] },
    result: { images },
    ...changes,
  };
}

const progress = (step: number) => ({ stage: 'inference', fraction: 0.5, step, steps: 2 });

async function generate(done: ReturnType<typeof ended>, ...args: string[]) {
  const files = (done.result?.images ?? []).flatMap(({ artifact, index }) =>
    artifact === null
      ? []
      : [[`GET ${JOB}/artifacts/${artifact}`, { bytes: Buffer.from(`picture ${index}`) }]],
  );
  const service = await ScriptedService.start({
    'POST /v1/generation': { status: 202, json: { id: 'job_1' } },
    [`GET ${JOB}/events`]: {
      events: [
        { event: 'status', data: { progress: { ...progress(0), stage: 'queued' } } },
        { event: 'progress', data: { id: 'job_1', ...progress(1) } },
        { event: 'preview', data: { id: 'job_1', artifact: 'preview-0-1.jpg', url: 'x', step: 1 } },
        { event: 'done', data: done },
      ],
    },
    ...(Object.fromEntries(files) as Record<string, ScriptedAnswer>),
  });
  try {
    const outcome = await folder.run(['generate', ...args], { DARKROOM_URL: service.url });
    const { body } = service.calls.find(({ call }) => call === 'POST /v1/generation') ?? {};
    return { ...outcome, body };
  } finally {
    service.stop();
  }
}

describe('generate', () => {
  it('saves pictures under their prompt and seed, over none that is there', async () => {
    const out = join(folder.root, 'pictures');
    for (const times of [1, 2]) {
      const done = ended([image(0), image(1), image(2, { prompt: '🟥', artifact: 'image-2.webp' })]);
      const { exitCode, stdout, stderr, body } = await generate(done, 'A red boat!', '--out', out);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(JSON.parse(body!)).toEqual({ prompt: 'A red boat!' });
      const { files, job, result } = JSON.parse(stdout);
      expect({ job, images: result.images.length }).toEqual({ job: 'job_1', images: 3 });
      expect(files[0]).toBe(join(out, times === 1 ? 'a-red-boat-7.png' : 'a-red-boat-7-2.png'));
    }
    const names = ['a-red-boat-7.png', 'a-red-boat-8.png', 'picture-9.webp'];
    expect(await readdir(out)).toEqual(expect.arrayContaining(names));
    expect(await readFile(join(out, names[1]!), 'utf8')).toBe('picture 1');
  });

  it('passes all that is asked for on', async () => {
    const words =
      '--negative-prompt blurry --width 128 --height 64 --steps 30 --guidance-scale 5.5 --count 2';
    const more = '--scheduler euler --seed 3,4,5,6 --model painter --output-format webp --priority 7';
    const { body } = await generate(ended([]), 'a', 'ب', ...words.split(' '), ...more.split(' '));
    expect(JSON.parse(body!)).toEqual({
      prompt: ['a', 'ب'],
      negative_prompt: 'blurry',
      width: 128,
      height: 64,
      steps: 30,
      guidance_scale: 5.5,
      count: 2,
      scheduler: 'euler',
      seed: [3, 4, 5, 6],
      model: 'painter',
      output_format: 'webp',
      priority: 7,
    });
  });

  it('sends a picture to begin with as a form', async () => {
    const path = await folder.file('boat.png', 'bytes of a picture');
    const { body } = await generate(ended([]), 'a', '--image', path, '--strength', '0.5');
    expect(body).toMatch(/name="image"; filename="boat.png"/);
    expect(body).toMatch(/name="strength"\r\n\r\n0.5/);
  });

  it('has the service fetch a picture that a URL names', async () => {
    const { body } = await generate(ended([]), 'a', '--image', 'https://example.org/boat.png');
    expect(JSON.parse(body!)).toEqual({ prompt: 'a', image: { url: 'https://example.org/boat.png' } });
  });

  it('is a table where somebody asks for one, and tells what was withheld and warned of', async () => {
    const warnings = [{ code: 'prompt_cut', detail: 'The prompt was cut.' }];
    const done = ended([image(0), image(1, { artifact: null, url: null, flagged: true })], { warnings });
    const { exitCode, stdout, stderr } = await generate(done, 'a', '--format', 'text', '--out', 'table');
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^picture +size +seed +prompt$/),
      expect.stringMatching(/^table.a-red-boat-7.png +64 × 64 +7 +A red boat!$/),
      expect.stringMatching(/^✗ withheld +64 × 64 +8 +A red boat!$/),
      '',
    ]);
    expect(stderr).toContain('The prompt was cut.');
  });

  it('fails with what the job failed of', async () => {
    const error = { code: 'out_of_memory', title: 'Memory ran out', detail: 'Take less.', retryable: true };
    const done = { ...ended([]), status: 'failed', result: null as never, error: error as never };
    const { exitCode, stderr } = await generate(done, 'a');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('failed: Memory ran out: Take less.');
  });

  it.each([
    [['generate'], /missing required argument/],
    [['generate', 'a', '--seed', '-1'], /whole numbers/],
    [['generate', 'a', '--seed', '9007199254740992'], /whole numbers up to 9007199254740991/],
    [['generate', 'a', '--scheduler', 'best'], /Allowed choices are ddim/],
  ])('refuses a wrong command line: %j', async (args, says) => {
    const { exitCode, stderr } = await folder.run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(says);
  });
});
