import { type AnalysisResult, type Batch, BatchSchema, type TaskResult } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANALYZER, ANALYZER_MODEL } from '../testing/analysis-models.js';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { PROMPTABLE, PROMPTABLE_MODEL } from '../testing/promptable-model.js';
import { RegisteredModels } from '../testing/registered-models.js';
import { type RunningService, startService } from '../testing/start-service.js';
import { formSubmission, jsonSubmission } from '../testing/submission.js';
import { PHOTO_HEIGHT, PHOTO_WIDTH, testPhoto } from '../testing/test-photo.js';

const CONCEPTS = ['a red star', 'a blue circle'];
const QUEUE_DEPTH = 8;

let service: RunningService;
let models: RegisteredModels;
let photo: Buffer;

beforeAll(async () => {
  const variables = { MAX_QUEUE_DEPTH: String(QUEUE_DEPTH) };
  [service, photo] = await Promise.all([startService({ models: [], variables }), testPhoto()]);
  models = await RegisteredModels.open(service, [ANALYZER_MODEL, PROMPTABLE_MODEL]);
});
afterAll(async () => {
  models?.close();
  await service?.stop();
});

const batchOf = (pictures: readonly Buffer[], fields: object) => {
  const images = pictures.map((bytes) => ({ base64: bytes.toString('base64') }));
  return service.fetch('/v1/batches', jsonSubmission({ task: 'analysis', images, ...fields }));
};

async function submitted(pictures: readonly Buffer[], fields: object): Promise<Batch> {
  const answer = await batchOf(pictures, fields);
  expect(answer.status, await answer.clone().text()).toBe(202);
  return expectSchema(answer, BatchSchema);
}

const concepts = [
  { text: CONCEPTS[0]!, score: 0.75, similarity: 0.5 },
  { text: CONCEPTS[1]!, score: 0.25, similarity: -0.125 },
];
const RESULT: AnalysisResult = {
  width: PHOTO_WIDTH,
  height: PHOTO_HEIGHT,
  concepts,
  top_concept: CONCEPTS[0]!,
  regions: [
    {
      index: 0,
      box: [2, 4, 14, 12],
      area: 96,
      rle: { size: [PHOTO_HEIGHT, PHOTO_WIDTH], counts: 'T2' },
      predicted_iou: 0.9,
      concepts,
      top_concept: CONCEPTS[0]!,
      crop: null,
    },
  ],
  embedding: null,
};

describe('a batch of analyses', () => {
  it('is a job for each picture, and a table of all their concepts', async () => {
    const batch = await submitted([photo, Buffer.from('?'), photo], { concepts: CONCEPTS, max_regions: 0 });
    expect(batch.rejected).toMatchObject([{ index: 1, error: { code: 'unsupported_image' } }]);
    for (const job of batch.jobs) await models.succeed(job, RESULT as TaskResult);
    const csv = (await (await fetch(`${batch.urls.result}?format=csv`)).text()).trimEnd().split('\n');
    expect(csv).toEqual([
      'file_name,job_id,region,x0,y0,x1,y1,area,concept,score,similarity',
      ...batch.jobs.flatMap(({ id }) => [
        `${id},${id},,,,,,,a red star,0.75,0.5`,
        `${id},${id},,,,,,,a blue circle,0.25,-0.125`,
        `${id},${id},0,2,4,14,12,96,a red star,0.75,0.5`,
        `${id},${id},0,2,4,14,12,96,a blue circle,0.25,-0.125`,
      ]),
    ]);
    const problem = await expectProblem(
      await fetch(`${batch.urls.result}?format=coco`),
      'option_not_supported',
    );
    expect(problem.detail).toContain(
      'no place for analyses, which is what the job gives. Ask for csv or json',
    );
  });

  it('by several models has jobs that wait for their first step, and cancels them', async () => {
    const batch = await submitted([photo], { concepts: CONCEPTS, regions: [{ box: [2, 4, 14, 12] }] });
    const job = await service.job(batch.jobs[0]!.id);
    expect(job).toMatchObject({ batch_id: batch.id, model: ANALYZER, status: 'queued', children: [] });
    expect(job.input).toMatchObject({ segmentation_model: PROMPTABLE, concepts: CONCEPTS });
    const canceled = await expectSchema(await fetch(batch.urls.cancel, { method: 'POST' }), BatchSchema);
    expect(canceled.counts).toMatchObject({ queued: 0, canceled: 1 });
  });

  it('rejects a picture alone that a region lies outside of', async () => {
    const large = await testPhoto('png', PHOTO_WIDTH * 2, PHOTO_HEIGHT * 2);
    const outside = [{ points: [{ x: PHOTO_WIDTH + 1, y: 1 }] }];
    const batch = await submitted([photo, large], { concepts: CONCEPTS, regions: outside });
    expect(batch.jobs.map(({ index }) => index)).toEqual([1]);
    expect(batch.rejected).toMatchObject([{ index: 0, error: { code: 'invalid_field' } }]);
    expect(batch.rejected[0]!.error.detail).toContain('lies outside the picture');
    await fetch(batch.urls.cancel, { method: 'POST' });
  });

  it('is refused whole for what is no picture’s fault', async () => {
    const refused = async (fields: object, code: Parameters<typeof expectProblem>[1], count = 1) => {
      const answer = await batchOf(Array(count).fill(photo), { concepts: CONCEPTS, ...fields });
      return (await expectProblem(answer, code)).detail;
    };
    expect(await refused({ generate: { prompt: 'a red star' } }, 'invalid_field')).toMatch(
      /"generate" .* A batch is of pictures that are sent/,
    );
    expect(await refused({ concepts: undefined }, 'invalid_field')).toContain('no "concepts"');
    expect(await refused({ segmentation_model: 'none' }, 'model_not_found')).toContain('no model "none"');
    await refused({ segmentation_model: ANALYZER }, 'model_task_mismatch');
    expect(await refused({}, 'queue_full', QUEUE_DEPTH + 1)).toContain(`wait for ${ANALYZER}`);
    await refused({ task: 'generation' }, 'invalid_field');
  });

  it('has room for all in the queue of every model that it takes', async () => {
    const [waiting, pictures] = [4, 5];
    const init = formSubmission(photo, { model: PROMPTABLE, mode: 'embedding' });
    for (let i = 0; i < waiting; i++) await service.fetch('/v1/segmentation', init);
    const problem = await expectProblem(
      await batchOf(Array(pictures).fill(photo), { concepts: CONCEPTS }),
      'queue_full',
    );
    expect(problem.detail).toContain(`${waiting} jobs wait for ${PROMPTABLE}, ${pictures} more came`);
  });
});
