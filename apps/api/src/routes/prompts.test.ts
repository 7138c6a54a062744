import { type Batch, type Job, JobSchema, type MasksResult } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { POINTS_ONLY, PROMPTABLE, PromptableModels } from '../testing/promptable-model.js';
import type { RegisteredModels } from '../testing/registered-models.js';
import { QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { formSubmission, jsonSubmission, rawSubmission, withHeaders } from '../testing/submission.js';
import { PHOTO_HEIGHT, PHOTO_WIDTH, testPhoto } from '../testing/test-photo.js';

let service: RunningService;
let models: RegisteredModels;
let photo: Buffer;
let base64: string;

beforeAll(async () => {
  [service, photo] = await Promise.all([startService(), testPhoto()]);
  base64 = photo.toString('base64');
  models = await PromptableModels.open(service);
});
afterAll(async () => {
  models?.close();
  await service?.stop();
});

const submit = (fields: object) =>
  service.fetch('/v1/segmentation', jsonSubmission({ image: { base64 }, ...fields }));

async function submitted(fields: object): Promise<Job> {
  const answer = await submit(fields);
  expect(answer.status, await answer.clone().text()).toBe(202);
  return expectSchema(answer, JobSchema);
}

/** The options, which differ from task to task. */
const optionsOf = ({ input }: Job) => input as Readonly<Record<string, unknown>>;

const point = { x: 12.5, y: 20 };

describe('the mode of a segmentation', () => {
  it('is what the fields ask for, with the first model that can do it', async () => {
    const modes = [
      [{ prompts: [{ points: [point] }] }, 'prompts', POINTS_ONLY],
      [{ automatic: {} }, 'everything', POINTS_ONLY],
      [{ mode: 'embedding' }, 'embedding', POINTS_ONLY],
      [{ prompts: [{ box: [1, 2, 3, 4] }] }, 'prompts', PROMPTABLE],
      [{}, 'semantic', QUICK_MODEL],
      [{ model: PROMPTABLE }, 'everything', PROMPTABLE],
    ] as const;
    for (const [fields, mode, model] of modes) {
      const job = await submitted(fields);
      expect([fields, optionsOf(job).mode, job.model]).toEqual([fields, mode, model]);
    }
  });

  it('decides on the options that a job is run with', async () => {
    const common = { priority: 5, outputs: [], output_format: 'jpeg', image: expect.anything() };
    const ofMasks = { ...common, mask_format: 'rle', polygon_tolerance: 1 };
    const prompts = [{ points: [{ ...point, positive: true }] }];
    expect((await submitted({ prompts: [{ points: [point] }] })).input).toEqual({
      ...ofMasks,
      mode: 'prompts',
      prompts,
      multimask: false,
    });
    const everything = await submitted({ automatic: { points_per_side: 8, max_masks: 5 } });
    expect(everything.input).toEqual({
      ...ofMasks,
      mode: 'everything',
      automatic: expect.objectContaining({ points_per_side: 8, max_masks: 5, pred_iou_thresh: 0.88 }),
    });
    expect(Object.keys(optionsOf(everything).automatic as object)).toHaveLength(11);
    expect((await submitted({ mode: 'embedding' })).input).toEqual({ ...common, mode: 'embedding' });
  });

  it('refuses what only others know, and names those', async () => {
    const refused = [
      [
        { mode: 'everything', multimask: true },
        '#/multimask',
        /"everything" has no use for "multimask"; "prompts"/,
      ],
      [{ mode: 'semantic', mask_format: 'png' }, '#/mask_format', /"prompts" or "everything" takes it/],
      [
        { model: PROMPTABLE, outputs: ['overlay', 'color_map'] },
        '#/outputs/1',
        /no "color_map"; "semantic" does/,
      ],
      [{ mode: 'embedding', outputs: ['overlay'] }, '#/outputs/0', /"embedding" makes no "overlay"/],
    ] as const;
    for (const [fields, pointer, says] of refused) {
      const problem = await expectProblem(await submit(fields), 'option_not_supported');
      expect(problem.detail).toMatch(says);
      expect(problem.errors).toMatchObject([{ pointer }]);
    }
    const unable = await expectProblem(
      await submit({ model: QUICK_MODEL, prompts: [{ points: [point] }] }),
      'option_not_supported',
    );
    expect(unable.detail).toContain(
      `cannot do prompts; it can do semantic. Models that can: ${POINTS_ONLY}, ${PROMPTABLE}.`,
    );
    expect(unable.errors).toMatchObject([{ pointer: '#/prompts' }]);
  });

  it('gives no picture to answer with where it makes none', async () => {
    const init = withHeaders(jsonSubmission({ image: { base64 }, mode: 'embedding' }), {
      accept: 'image/png',
    });
    const problem = await expectProblem(await service.fetch('/v1/segmentation', init), 'not_acceptable');
    expect(problem.detail).toContain('"embedding"');
  });
});

describe('prompts', () => {
  const box = [4, 5, 30, 20];
  const prompts = [{ points: [point, { x: 40, y: 3, positive: false }] }, { box }];

  it('mean the same in JSON, in a form and in the query', async () => {
    const text = JSON.stringify(prompts);
    const query = new URLSearchParams({ prompts: text, multimask: 'true' });
    const jobs = [
      await submitted({ prompts, multimask: true }),
      await submittedBy(formSubmission(photo, { prompts: text, multimask: 'true' })),
      await submittedBy(rawSubmission(photo), `?${query}`),
    ];
    for (const { input } of jobs) {
      expect(input).toMatchObject({
        prompts: [{ points: [{ ...point, positive: true }, prompts[0]!.points![1]] }, { box }],
        multimask: true,
      });
    }
  });

  it('go to a model that takes what is in them', async () => {
    const problem = await expectProblem(
      await submit({ model: POINTS_ONLY, prompts }),
      'option_not_supported',
    );
    expect(problem.detail).toContain(`cannot do box_prompts`);
    expect(problem.errors).toMatchObject([{ pointer: '#/prompts/1/box' }]);
    expect((await submitted({ prompts: [{ points: [point] }] })).model).toBe(POINTS_ONLY);
    expect((await submitted({ prompts })).model).toBe(PROMPTABLE);
  });

  it('end where the picture does', async () => {
    const edge = { x: PHOTO_WIDTH, y: 0, positive: true };
    const job = await submitted({ prompts: [{ points: [edge], box: [-5, 4.5, 1e300, PHOTO_HEIGHT] }] });
    expect(optionsOf(job).prompts).toEqual([{ points: [edge], box: [0, 4.5, PHOTO_WIDTH, PHOTO_HEIGHT] }]);
  });

  it('outside of one picture of a batch reject that one alone', async () => {
    const small = (await testPhoto('png', 16, 16)).toString('base64');
    const images = [{ base64: 'AAAA' }, { base64 }, { base64: small }, { base64 }];
    const body = { task: 'segmentation', images, prompts: [{ points: [{ x: 20, y: 4 }] }] };
    const batch = (await (await service.fetch('/v1/batches', jsonSubmission(body))).json()) as Batch;
    expect(batch.jobs.map(({ index }) => index)).toEqual([1, 3]);
    expect(batch.rejected).toMatchObject([
      { index: 0, error: { code: 'unsupported_image' } },
      { index: 2, error: { code: 'invalid_field', detail: expect.stringContaining('16 × 16 pixels') } },
    ]);
    const insideOut = { ...body, prompts: [{ box: [9, 9, 3, 3] }] };
    await expectProblem(await service.fetch('/v1/batches', jsonSubmission(insideOut)), 'invalid_field');
  });

  async function submittedBy(init: RequestInit, query = ''): Promise<Job> {
    const answer = await service.fetch(`/v1/segmentation${query}`, init);
    expect(answer.status, await answer.clone().text()).toBe(202);
    return expectSchema(answer, JobSchema);
  }
});

describe('an earlier mask', () => {
  const result: MasksResult = { kind: 'masks', width: PHOTO_WIDTH, height: PHOTO_HEIGHT, masks: [] };
  const logits = (index: number) =>
    ({
      name: `mask_logits-${index}.npy`,
      role: 'mask_logits',
      index,
      bytes: Buffer.from(`logits ${index}`),
    }) as const;
  const refining = (job: string, index: number) => ({
    prompts: [{ points: [point] }, { mask: { job, index } }],
  });

  async function earlierJob(): Promise<Job> {
    const job = await submitted({ prompts: [{ points: [point] }] });
    await models.succeed(job, result, [logits(0), logits(1)]);
    return job;
  }

  it('is kept as long as a job refines it, whatever becomes of its own', async () => {
    const earlier = await earlierJob();
    const job = await submitted(refining(earlier.id, 1));
    expect(job.model).toBe(PROMPTABLE);
    expect(optionsOf(job).prompts).toMatchObject([{}, { mask: { job: earlier.id, index: 1 } }]);
    await service.fetch(`/v1/jobs/${earlier.id}`, { method: 'DELETE' });
    expect(await models.attachments(job)).toEqual({ '#/prompts/1/mask': 'logits 1' });

    await fetch(job.urls.cancel, { method: 'POST' });
    const retried = (await (
      await service.fetch(`/v1/jobs/${job.id}/retry`, { method: 'POST' })
    ).json()) as Job;
    await service.fetch(`/v1/jobs/${job.id}`, { method: 'DELETE' });
    expect(await models.attachments(retried)).toEqual({ '#/prompts/1/mask': 'logits 1' });

    const [unused, used] = [0, 1].map((index) => `${earlier.id}/${logits(index).name}`);
    expect([await models.keeps(unused!), await models.keeps(used!)]).toEqual([false, true]);
    await service.fetch(`/v1/jobs/${retried.id}`, { method: 'DELETE' });
    expect(await models.keeps(used!)).toBe(false);
  });

  it('must be there, of a job that has succeeded, of a picture of the same size', async () => {
    const earlier = await earlierJob();
    const waiting = await submitted({ mode: 'embedding' });
    const canceled = await submitted({ mode: 'embedding' });
    await fetch(canceled.urls.cancel, { method: 'POST' });
    const found = await submitted({ automatic: {} });
    await models.succeed(found, result);
    const refusals = [
      [refining('job_01JD8Z3V9Q0000000000000000', 0), 'job_not_found', 'job', /no job "job_01JD8Z3V9Q/],
      [refining('yesterday', 0), 'job_not_found', 'job', /"prompts\/1\/mask"/],
      [refining(waiting.id, 0), 'job_not_ended', 'job', /is queued/],
      [refining(canceled.id, 0), 'invalid_field', 'job', /is canceled, so it has no masks/],
      [refining(earlier.id, 2), 'invalid_field', 'index', /no mask 2 .* It has 2, from 0 on/],
      [refining(found.id, 0), 'invalid_field', 'index', /only masks that came of "prompts"/],
    ] as const;
    for (const [fields, code, at, says] of refusals) {
      const problem = await expectProblem(await submit(fields), code);
      expect(problem.detail).toMatch(says);
      expect(problem.errors).toMatchObject([{ pointer: `#/prompts/1/mask/${at}` }]);
    }
    const other = (await testPhoto('png', 50, 40)).toString('base64');
    const problem = await expectProblem(
      await submit({ ...refining(earlier.id, 0), image: { base64: other } }),
      'invalid_field',
    );
    expect(problem.detail).toMatch(/of 48 × 32 pixels, this one has 50 × 40/);
  });
});
