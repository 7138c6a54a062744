import { type Job, JobSchema, MasksResultSchema, type TaskResult } from '@darkroom/contracts';
import { readCoco } from '@darkroom/result-formats/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { PROMPTABLE, PromptableModels } from '../testing/promptable-model.js';
import type { RegisteredModels } from '../testing/registered-models.js';
import { type RunningService, startService } from '../testing/start-service.js';
import { formSubmission } from '../testing/submission.js';
import { PHOTO_HEIGHT, PHOTO_WIDTH, testPhoto } from '../testing/test-photo.js';

const MASKS: TaskResult = {
  kind: 'masks',
  width: PHOTO_WIDTH,
  height: PHOTO_HEIGHT,
  masks: [
    {
      index: 0,
      prompt_index: null,
      area: 96,
      box: [2, 4, 14, 12],
      predicted_iou: 1.0125,
      stability_score: 0.96,
      point: { x: 6.5, y: 8 },
      rle: { size: [PHOTO_HEIGHT, PHOTO_WIDTH], counts: 'T2' },
    },
  ],
};
const EMBEDDING: TaskResult = {
  kind: 'embedding',
  width: PHOTO_WIDTH,
  height: PHOTO_HEIGHT,
  shape: [1, 256, 64, 64],
  artifact: 'embedding.npy',
};

let service: RunningService;
let models: RegisteredModels;
let photo: Buffer;

beforeAll(async () => {
  [service, photo] = await Promise.all([startService({ models: [] }), testPhoto()]);
  models = await PromptableModels.open(service);
});
afterAll(async () => {
  models?.close();
  await service?.stop();
});

async function ended(
  mode: string,
  result: TaskResult,
  ...rest: Parameters<RegisteredModels['succeed']> extends [unknown, unknown, ...infer Rest] ? Rest : never
): Promise<Job> {
  const init = formSubmission(photo, { model: PROMPTABLE, mode }, 'cat.png');
  const job = (await (await service.fetch('/v1/segmentation', init)).json()) as Job;
  await models.succeed(job, result, ...rest);
  return expectSchema(await fetch(job.urls.self), JobSchema);
}

const inFormat = (job: Job, format: string) => fetch(`${job.urls.result}?format=${format}`);

describe('masks', () => {
  it('are the result of the job, and of the call for the result alone', async () => {
    const job = await ended('everything', MASKS);
    expect(job.result).toEqual(MASKS);
    expect(await expectSchema(await fetch(job.urls.result), MasksResultSchema)).toEqual(MASKS);
  });

  it('are a COCO file and a table, and no YOLO, which is for classes', async () => {
    const job = await ended('everything', MASKS);
    const { images, annotations } = readCoco(await (await inFormat(job, 'coco')).text());
    expect([...images.values()]).toMatchObject([{ file_name: 'cat.png' }]);
    expect([...annotations.values()]).toMatchObject([{ bbox: [2, 4, 12, 8], area: 96, score: 1.0125 }]);
    const [, row] = (await (await inFormat(job, 'csv')).text()).split('\n');
    expect(row).toBe(`cat.png,${job.id},0,,1.0125,0.96,2,4,14,12,96,6.5,8`);
    const problem = await expectProblem(await inFormat(job, 'yolo'), 'option_not_supported');
    expect(problem.detail).toContain('Ask for coco or csv or json');
  });
});

describe('an embedding', () => {
  it('is told with its shape and its file', async () => {
    const file = {
      name: 'embedding.npy',
      role: 'embedding',
      index: null,
      bytes: Buffer.from('numbers'),
    } as const;
    const job = await ended('embedding', EMBEDDING, [file]);
    expect(job.result).toEqual(EMBEDDING);
    expect(job.artifacts).toMatchObject([{ name: 'embedding.npy', role: 'embedding' }]);
    expect(await (await fetch(job.artifacts[0]!.url)).text()).toBe('numbers');
    await expectProblem(await inFormat(job, 'csv'), 'option_not_supported');
  });

  it('was computed or cached, as the execution says', async () => {
    for (const embedding of ['computed', 'cached'] as const) {
      expect((await ended('embedding', EMBEDDING, [], { embedding })).execution).toMatchObject({ embedding });
    }
  });
});
