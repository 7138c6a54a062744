import { type Job, TASKS } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { AWAY_MODEL, QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { formSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  const models = [QUICK_MODEL, AWAY_MODEL] as const;
  const variables = {
    MAX_QUEUE_DEPTH: '1',
    JOB_KEEP_SECONDS: '7',
    DARKROOM_DEFAULT_MODELS: `other, ${AWAY_MODEL}`,
  };
  [service, photo] = await Promise.all([startService({ models, variables }), testPhoto()]);
});
afterAll(() => service.stop());

const submit = (fields: Record<string, string>, query = '') =>
  service.fetch(`/v1/segmentation${query}`, formSubmission(photo, fields));

describe('a model without a worker', () => {
  it('takes jobs, with a warning, until its queue is full', async () => {
    const accepted = await submit({ model: AWAY_MODEL });
    expect(accepted.status).toBe(202);
    const job = (await accepted.json()) as Job;
    expect(job.warnings).toMatchObject([{ code: 'no_worker', detail: expect.stringContaining(AWAY_MODEL) }]);

    const refused = await submit({ model: AWAY_MODEL });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const problem = await expectProblem(refused, 'queue_full');
    expect(problem).toMatchObject({ retryable: true, detail: expect.stringContaining('MAX_QUEUE_DEPTH') });

    await service.fetch(`/v1/jobs/${job.id}/cancel`, { method: 'POST' });
    expect((await submit({ model: AWAY_MODEL })).status).toBe(202);
  });

  it('has a queue of its own', async () => {
    const job = (await (await submit({ model: QUICK_MODEL }, '?wait=30')).json()) as Job;
    expect(job).toMatchObject({ status: 'succeeded', warnings: [] });
  });
});

describe('a request that names no model', () => {
  it('gets one that is served now before one that is preferred', async () => {
    const job = (await (await submit({}, '?wait=30')).json()) as Job;
    expect(job).toMatchObject({ status: 'succeeded', model: QUICK_MODEL });
  });
});

describe('the keeping time', () => {
  it('is the service’s where the request names none', async () => {
    const job = (await (await submit({ model: QUICK_MODEL }, '?wait=30')).json()) as Job;
    expect(Date.parse(job.kept_until!) - Date.parse(job.finished_at!)).toBe(7000);
  });
});

describe('a service that no worker ever joined', () => {
  it('says so to submissions, and is not ready', async () => {
    const empty = await startService({ models: [] });
    const problem = await expectProblem(
      await empty.fetch('/v1/segmentation', formSubmission(photo)),
      'model_not_found',
    );
    expect(problem.detail).toMatch(/worker/);
    const readiness = await empty.fetch('/health/ready');
    expect([readiness.status, ((await readiness.json()) as { checks: object }).checks]).toMatchObject([
      503,
      { redis: { ok: true }, storage: { ok: true }, workers: { ok: false } },
    ]);
    const about = (await (await empty.fetch('/v1')).json()) as { tasks: object[] };
    expect(about.tasks).toMatchObject(TASKS.map((task) => ({ task, default_model: null })));
    await empty.stop();
  });
});
