import {
  LivenessSchema,
  ModelListSchema,
  ModelSchema,
  ReadinessSchema,
  ServiceSchema,
  WorkerListSchema,
} from '@darkroom/contracts';
import { VERSION } from '@darkroom/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import {
  AWAY_MODEL,
  CLASSES,
  QUICK_MODEL,
  type RunningService,
  startService,
} from '../testing/start-service.js';
import { formSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

let service: RunningService;

beforeAll(async () => {
  service = await startService({
    models: [QUICK_MODEL, AWAY_MODEL],
    variables: { MAX_UPLOAD_BYTES: '1000000' },
  });
});
afterAll(() => service.stop());

describe('GET /v1', () => {
  it('tells version, tasks with their default models, and limits', async () => {
    const about = await expectSchema(await service.fetch('/v1'), ServiceSchema);
    expect(about).toMatchObject({
      version: VERSION,
      tasks: [
        { task: 'segmentation', default_model: QUICK_MODEL, url: `${service.url}/v1/segmentation` },
        { task: 'detection', default_model: null, url: `${service.url}/v1/detection` },
        { task: 'generation', default_model: null, url: `${service.url}/v1/generation` },
        { task: 'analysis', default_model: null, url: `${service.url}/v1/analysis` },
      ],
      limits: { max_upload_bytes: 1_000_000, max_wait_seconds: 50 },
    });
    for (const url of Object.values(about.urls)) expect([url, (await fetch(url)).status]).toEqual([url, 200]);
  });
});

describe('models', () => {
  it('are all that a worker ever served, and say what they are', async () => {
    const { models } = await expectSchema(await service.fetch('/v1/models'), ModelListSchema);
    expect(models.map(({ id }) => id)).toEqual([AWAY_MODEL, QUICK_MODEL]);
    const quick = models[1]!;
    expect(quick).toMatchObject({
      task: 'segmentation',
      default: true,
      demo: false,
      state: 'ready',
      problem: null,
      capabilities: ['semantic'],
      input_size: { width: 32, height: 32 },
      queue_depth: 0,
    });
    expect(quick.workers).toHaveLength(1);
    expect(quick.labels).toHaveLength(CLASSES);
    expect(quick.labels[3]).toMatchObject({
      id: 3,
      label: 'stripe 3',
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
    });
    expect(quick.options).toMatchObject({ properties: { output_format: { default: 'jpeg' } } });
    expect(models[0]).toMatchObject({ state: 'offline', workers: [], default: false });
  });

  it('come one by one, and by task', async () => {
    const { models } = await expectSchema(
      await service.fetch('/v1/models?task=segmentation'),
      ModelListSchema,
    );
    const one = await expectSchema(await service.fetch(`/v1/models/${QUICK_MODEL}`), ModelSchema);
    expect(one).toEqual(models.find(({ id }) => id === QUICK_MODEL));
    const problem = await expectProblem(await service.fetch('/v1/models/quik'), 'model_not_found');
    expect(problem.detail).toContain(QUICK_MODEL);
  });

  it('tell how long their runs take once they ran', async () => {
    await service.fetch('/v1/segmentation?wait=30', formSubmission(await testPhoto()));
    const usualMs = async () =>
      (await expectSchema(await service.fetch(`/v1/models/${QUICK_MODEL}`), ModelSchema)).usual_ms;
    // The time is noted once the job has ended, not with its end.
    await expect.poll(usualMs).toBeGreaterThan(0);
  });
});

describe('workers', () => {
  it('are those that are alive, with what they serve', async () => {
    const { workers } = await expectSchema(await service.fetch('/v1/workers'), WorkerListSchema);
    expect(workers).toHaveLength(1);
    expect(workers[0]).toMatchObject({ device: 'cpu', pid: service.worker!.pid, rejected_models: [] });
    expect(workers[0]!.models).toMatchObject([{ id: QUICK_MODEL, state: 'ready', problem: null }]);
  });
});

describe('health', () => {
  it('is live, and ready for what a worker serves now', async () => {
    expect(await expectSchema(await service.fetch('/health/live'), LivenessSchema)).toEqual({
      status: 'live',
    });
    const ready = async (query: string) => {
      const answer = await service.fetch(`/health/ready${query}`);
      return [answer.status, (await expectSchema(answer, ReadinessSchema)).status];
    };
    expect(await ready('')).toEqual([200, 'ready']);
    expect(await ready(`?model=${QUICK_MODEL}`)).toEqual([200, 'ready']);
    expect(await ready('?task=segmentation')).toEqual([200, 'ready']);
    expect(await ready(`?model=${AWAY_MODEL}`)).toEqual([503, 'not_ready']);
    expect(await ready('?model=never-heard-of')).toEqual([503, 'not_ready']);
    await expectProblem(await service.fetch('/health/ready?modle=quick'), 'unknown_field');
  });
});

describe('metrics', () => {
  it('count jobs, queues, workers and answers', async () => {
    const photo = await testPhoto();
    await service.fetch('/v1/segmentation', formSubmission(photo, { model: AWAY_MODEL }));
    const answer = await service.fetch('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await answer.text();
    expect(text).toContain(`darkroom_info{version="${VERSION}"} 1`);
    expect(text).toMatch(/^darkroom_jobs\{status="queued"\} 1$/m);
    expect(text).toMatch(/^darkroom_jobs\{status="succeeded"\} [1-9]/m);
    expect(text).toMatch(/^darkroom_queue_depth\{model="away"\} 1$/m);
    expect(text).toMatch(/^darkroom_queue_depth\{model="quick"\} 0$/m);
    expect(text).toMatch(/^darkroom_workers 1$/m);
    expect(text).toMatch(/^darkroom_queue_oldest_seconds\{model="away"\} 0\.\d+$/m);
    expect(text).toMatch(/^darkroom_model_memory_bytes\{worker="[^"]+",model="quick"[^}]*\} \d{7,}$/m);
    const ofQuick = 'model="quick"';
    expect(text).toMatch(
      new RegExp(`^darkroom_jobs_total{task="segmentation",${ofQuick},status="succeeded"} [1-9]`, 'm'),
    );
    expect(text).toMatch(new RegExp(`^darkroom_job_wait_seconds_count{${ofQuick}} [1-9]`, 'm'));
    expect(text).toMatch(new RegExp(`^darkroom_job_batch_size_bucket{${ofQuick},le="1"} [1-9]`, 'm'));
    expect(text).toMatch(new RegExp(`^darkroom_model_loads_total{${ofQuick}} [1-9]`, 'm'));
    for (const stage of ['decode', 'prepare', 'inference', 'postprocess']) {
      expect(text).toMatch(
        new RegExp(`^darkroom_job_stage_seconds_sum{${ofQuick},stage="${stage}"} [0-9.]+$`, 'm'),
      );
    }
    expect(text).toMatch(
      /^darkroom_http_request_duration_seconds_count\{.*route="\/v1\/segmentation",status="202".*\} [1-9]/m,
    );
  });
});

describe('every answer', () => {
  it('has a request id: the client’s, or a new one', async () => {
    const idOf = async (path: string, given?: string) => {
      const answer = await service.fetch(
        path,
        given === undefined ? {} : { headers: { 'x-request-id': given } },
      );
      await answer.body?.cancel();
      return answer.headers.get('x-request-id');
    };
    for (const path of ['/v1', '/v1/jobs/nope', '/nowhere', '/docs', '/v1/jobs/%zz']) {
      expect(await idOf(path, 'order-7:a.b_c')).toBe('order-7:a.b_c');
      const made = await idOf(path);
      expect(made).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idOf(path)).not.toBe(made);
      expect(await idOf(path, 'not an id <script>')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idOf(path, 'x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
    }
    const refused = await service.fetch('/v1/jobs/nope', { headers: { 'x-request-id': 'mine' } });
    expect((await expectProblem(refused, 'job_not_found')).request_id).toBe('mine');
  });

  it('is the same whether a slash ends the path or not', async () => {
    for (const path of [
      '/v1',
      '/v1/models',
      '/v1/workers',
      `/v1/models/${QUICK_MODEL}`,
      '/health/ready',
      '/docs',
    ]) {
      expect([path, (await service.fetch(`${path}/`)).status]).toEqual([path, 200]);
    }
    const submitted = await service.fetch('/v1/segmentation/', formSubmission(await testPhoto()));
    expect(submitted.status).toBe(202);
  });
});
