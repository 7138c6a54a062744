import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, JobSchema, type Model } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAllEvents } from '../testing/event-reader.js';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import {
  AWAY_MODEL,
  QUICK_MODEL,
  type RunningService,
  SLOW_MODEL,
  startService,
} from '../testing/start-service.js';
import { formSubmission, withHeaders } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  const models = [QUICK_MODEL, SLOW_MODEL, AWAY_MODEL] as const;
  [service, photo] = await Promise.all([startService({ models }), testPhoto()]);
});
afterAll(() => service.stop());

async function submit(model: string, fields: Record<string, string> = {}, query = ''): Promise<Job> {
  const answer = await service.fetch(`/v1/segmentation${query}`, formSubmission(photo, { model, ...fields }));
  return (await answer.json()) as Job;
}

const post = (path: string) => service.fetch(path, { method: 'POST' });

describe('a deadline', () => {
  it('expires a job that waits with nobody to run it, and tells those who wait for it', async () => {
    const job = await submit(AWAY_MODEL, { deadline_seconds: '1' });
    expect(Date.parse(job.deadline_at!) - Date.parse(job.created_at)).toBe(1000);
    const [waited, events] = await Promise.all([
      service.job(job.id, 30),
      service.fetch(`/v1/jobs/${job.id}/events`).then(readAllEvents),
    ]);
    expect(waited).toMatchObject({ status: 'expired', attempts: 0, result: null, error: null });
    expect(Date.parse(waited.finished_at!)).toBeGreaterThanOrEqual(Date.parse(waited.deadline_at!));
    expect(Date.parse(waited.finished_at!) - Date.parse(waited.deadline_at!)).toBeLessThan(2_000);
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'expired' } });
    await expectProblem(await service.fetch(`/v1/jobs/${job.id}/result`), 'job_has_no_result');
    const depth = async () =>
      ((await (await service.fetch(`/v1/models/${AWAY_MODEL}`)).json()) as Model).queue_depth;
    // The record says it first.
    await expect.poll(depth).toBe(0);
  });

  it('stops a running job, and the next one runs', async () => {
    const queue: Job[] = [];
    // Each takes a part of a second on any machine; the last cannot end in time.
    for (let i = 0; i < 40; i++) queue.push(await submit(SLOW_MODEL, { deadline_seconds: '2' }));
    const ended = await Promise.all(queue.map(({ id }) => service.job(id, 50)));
    expect(ended.at(-1)).toMatchObject({ status: 'expired' });
    expect(ended.map(({ status }) => status)).not.toContain('failed');
    expect(await submit(SLOW_MODEL, { deadline_seconds: '60' }, '?wait=50')).toMatchObject({
      status: 'succeeded',
    });
  });

  it('does nothing to a job that ends in time', async () => {
    const job = await submit(QUICK_MODEL, { deadline_seconds: '1' }, '?wait=30');
    await sleep(1_500);
    expect(await service.job(job.id)).toEqual(job);
  });
});

describe('a priority', () => {
  it('puts a job before others that wait, equal ones stay in their order', async () => {
    const places = [];
    const jobs: Job[] = [];
    for (const priority of ['5', '0', '10', '']) {
      jobs.push(await submit(AWAY_MODEL, priority === '' ? {} : { priority }));
    }
    for (const { id } of jobs) places.push((await service.job(id)).queue_position);
    expect(places).toEqual([2, 4, 1, 3]);
    expect(jobs.map(({ input }) => input.priority)).toEqual([5, 0, 10, 5]);
    for (const { id } of jobs) await service.fetch(`/v1/jobs/${id}`, { method: 'DELETE' });
  });
});

describe('a retry', () => {
  it('runs a job that ended without success again, as a new one', async () => {
    const fields = { priority: '7', metadata: '{"order":3}', keep_seconds: '600', outputs: 'color_map' };
    const first = await submit(AWAY_MODEL, { ...fields, deadline_seconds: '300' });
    await post(`/v1/jobs/${first.id}/cancel`);
    const answer = await post(`/v1/jobs/${first.id}/retry`);
    expect(answer.status).toBe(202);
    const again = await expectSchema(answer, JobSchema);
    expect(answer.headers.get('location')).toBe(again.urls.self);
    expect(again).toMatchObject({ status: 'queued', retry_of: first.id, metadata: { order: 3 } });
    expect({ ...again.input, image: null }).toEqual({ ...first.input, image: null });
    expect(again.input.image!.sha256).toBe(first.input.image!.sha256);
    expect(Date.parse(again.deadline_at!) - Date.parse(again.created_at)).toBe(300_000);
    // The picture is held by the new job too.
    await service.fetch(`/v1/jobs/${first.id}`, { method: 'DELETE' });
    expect((await fetch(again.input.image!.url)).status).toBe(200);
    await service.fetch(`/v1/jobs/${again.id}`, { method: 'DELETE' });
  });

  it('can be waited for, and gives what the first would have given', async () => {
    const good = await submit(SLOW_MODEL, {}, '?wait=50');
    const canceled = await submit(SLOW_MODEL);
    await post(`/v1/jobs/${canceled.id}/cancel`);
    const answer = await post(`/v1/jobs/${canceled.id}/retry?wait=50`);
    expect(answer.status).toBe(200);
    const again = (await answer.json()) as Job;
    expect(again).toMatchObject({ status: 'succeeded', retry_of: canceled.id, result: good.result });
  });

  it('is refused for a job that goes on and for one that succeeded', async () => {
    const waiting = await submit(AWAY_MODEL);
    await expectProblem(await post(`/v1/jobs/${waiting.id}/retry`), 'job_not_retryable');
    await service.fetch(`/v1/jobs/${waiting.id}`, { method: 'DELETE' });
    const done = await submit(QUICK_MODEL, {}, '?wait=30');
    await expectProblem(await post(`/v1/jobs/${done.id}/retry`), 'job_not_retryable');
    await expectProblem(await post('/v1/jobs/job_01JD8Z3V9Q0000000000000000/retry'), 'job_not_found');
  });
});

describe('hanging up', () => {
  /** Submits to a model nobody serves, waits as the headers say, and hangs up. @returns the id of the job */
  async function hangUp(fields: Record<string, string>, headers: Record<string, string>): Promise<string> {
    const before = await newestId();
    const hangUp = new AbortController();
    const init = withHeaders(formSubmission(photo, { model: AWAY_MODEL, ...fields }), headers);
    const answered = service.fetch('/v1/segmentation', { ...init, signal: hangUp.signal }).catch(() => null);
    await expect.poll(newestId, { timeout: 10_000 }).not.toBe(before);
    const id = (await newestId())!;
    hangUp.abort();
    await answered;
    return id;
  }

  async function newestId(): Promise<string | undefined> {
    const { jobs } = (await (await service.fetch('/v1/jobs?limit=1')).json()) as { jobs: Job[] };
    return jobs[0]?.id;
  }

  it.each([
    ['for the job', { prefer: 'wait=30' }],
    ['for its picture', { accept: 'image/png' }],
    ['for its events', { accept: 'text/event-stream' }],
  ])('while waiting %s cancels it where that was asked for', async (_what, headers) => {
    const id = await hangUp({ cancel_on_disconnect: 'true' }, headers);
    await expect.poll(async () => (await service.job(id)).status, { timeout: 5_000 }).toBe('canceled');
  });

  it('leaves the job alone otherwise', async () => {
    const id = await hangUp({}, { prefer: 'wait=30' });
    await sleep(500);
    expect(await service.job(id)).toMatchObject({ status: 'queued' });
  });

  it('leaves a job alone whose request was answered', async () => {
    const answer = await service.fetch(
      '/v1/segmentation',
      withHeaders(formSubmission(photo, { model: AWAY_MODEL, cancel_on_disconnect: 'true' }), {
        connection: 'close',
      }),
    );
    const { id } = (await answer.json()) as Job;
    await sleep(500);
    expect(await service.job(id)).toMatchObject({ status: 'queued' });
  });
});
