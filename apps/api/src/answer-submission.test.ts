import { type Job, JobSchema } from '@darkroom/contracts';
import { readImageHeader } from '@darkroom/imaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAllEvents } from './testing/event-reader.js';
import { expectProblem } from './testing/expect-problem.js';
import { expectSchema } from './testing/expect-schema.js';
import {
  AWAY_MODEL,
  QUICK_MODEL,
  type RunningService,
  SLOW_MODEL,
  startService,
} from './testing/start-service.js';
import { formSubmission, rawSubmission, withHeaders } from './testing/submission.js';
import { testPhoto } from './testing/test-photo.js';

let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  const models = [QUICK_MODEL, SLOW_MODEL, AWAY_MODEL] as const;
  [service, photo] = await Promise.all([startService({ models }), testPhoto()]);
});
afterAll(() => service.stop());

const submit = (model: string, headers: Record<string, string> = {}, query = '') =>
  service.fetch(`/v1/segmentation${query}`, withHeaders(formSubmission(photo, { model }), headers));

describe('a submission that does not wait', () => {
  it('is answered 202 with the job and its address', async () => {
    const answer = await submit(AWAY_MODEL);
    expect(answer.status).toBe(202);
    const job = await expectSchema(answer, JobSchema);
    expect(answer.headers.get('location')).toBe(`${service.url}/v1/jobs/${job.id}`);
    expect(answer.headers.get('preference-applied')).toBeNull();
    expect(answer.headers.get('server-timing')).toBeNull();
    expect(job).toMatchObject({
      status: 'queued',
      result: null,
      started_at: null,
      finished_at: null,
      artifacts: [],
    });
    expect(job.queue_position).toBeGreaterThan(0);
    expect(job.progress).toEqual({ stage: 'queued', fraction: 0, step: null, steps: null });
  });
});

describe('a submission that waits', () => {
  it.each([
    ['Prefer: wait=30', { prefer: 'wait=30' }, '', 'wait=30'],
    ['Prefer: wait', { prefer: 'wait' }, '', 'wait=30'],
    ['a longer time than allowed', { prefer: 'wait=3600' }, '', 'wait=50'],
    ['other preferences beside it', { prefer: 'respond-async, wait=20;x=1, return=minimal' }, '', 'wait=20'],
    ['?wait=30', {}, '?wait=30', null],
    ['?wait', {}, '?wait', null],
    ['?wait=3600', {}, '?wait=3600', null],
  ] as const)(
    'for its end is answered 200 with the ended job: %s',
    async (_name, headers, query, applied) => {
      const answer = await submit(QUICK_MODEL, headers, query);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('preference-applied')).toBe(applied);
      expect(answer.headers.get('location')).toMatch(/\/v1\/jobs\/job_/);
      expect(answer.headers.get('server-timing')).toMatch(
        /^queue;dur=[\d.]+, decode;dur=[\d.]+, prepare;dur=[\d.]+, inference;dur=[\d.]+, postprocess;dur=[\d.]+, total;dur=[\d.]+$/,
      );
      expect(await expectSchema(answer, JobSchema)).toMatchObject({
        status: 'succeeded',
        queue_position: null,
      });
    },
  );

  it('too short is answered 202 with the job as it is', async () => {
    const answer = await submit(SLOW_MODEL, { prefer: 'wait=0' });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('preference-applied')).toBe('wait=0');
    const { id } = (await answer.json()) as Job;
    const still = await submit(AWAY_MODEL, { prefer: 'wait=1' });
    expect(still.status).toBe(202);
    expect(still.headers.get('preference-applied')).toBe('wait=1');
    expect(await still.json()).toMatchObject({ status: 'queued' });
    expect((await service.job(id, 30)).status).toBe('succeeded');
  });

  it.each(['wait=soon', 'waiting=5', 'handling=lenient'])(
    'ignores a preference it cannot read: %s',
    async (prefer) => {
      const answer = await submit(AWAY_MODEL, { prefer });
      expect(answer.status).toBe(202);
      expect(answer.headers.get('preference-applied')).toBeNull();
    },
  );

  it('with a query that is no time is refused before anything is queued', async () => {
    const countJobs = async () =>
      ((await (await service.fetch('/v1/jobs?limit=200')).json()) as { jobs: [] }).jobs.length;
    const before = await countJobs();
    await expectProblem(await submit(QUICK_MODEL, {}, '?wait=soon'), 'invalid_field');
    expect(await countJobs()).toBe(before);
  });
});

describe('GET of a job', () => {
  it('waits for its end as a submission does', async () => {
    const { id } = (await (await submit(SLOW_MODEL)).json()) as Job;
    const asIs = await service.fetch(`/v1/jobs/${id}`);
    expect([asIs.status, asIs.headers.get('preference-applied')]).toEqual([200, null]);
    const ended = await service.fetch(`/v1/jobs/${id}`, { headers: { prefer: 'wait=30' } });
    expect([ended.status, ended.headers.get('preference-applied')]).toEqual([200, 'wait=30']);
    expect(ended.headers.get('server-timing')).toContain('inference;dur=');
    expect(await expectSchema(ended, JobSchema)).toMatchObject({ status: 'succeeded' });
  });

  it('is answered 202 when the job goes on', async () => {
    const { id } = (await (await submit(AWAY_MODEL)).json()) as Job;
    const answer = await service.fetch(`/v1/jobs/${id}?wait=1`);
    expect(answer.status).toBe(202);
    expect(await expectSchema(answer, JobSchema)).toMatchObject({ status: 'queued' });
  });

  it('is told when the job is canceled meanwhile', async () => {
    const { id } = (await (await submit(AWAY_MODEL)).json()) as Job;
    const waiting = service.fetch(`/v1/jobs/${id}?wait=30`);
    await service.fetch(`/v1/jobs/${id}/cancel`, { method: 'POST' });
    expect(await (await waiting).json()).toMatchObject({ status: 'canceled' });
  });
});

describe('Accept', () => {
  it.each([
    ['image/*', 'image/jpeg', 'jpeg'],
    ['image/jpeg', 'image/jpeg', 'jpeg'],
    ['image/png', 'image/png', 'png'],
    ['image/webp', 'image/webp', 'webp'],
    ['image/avif, image/webp;q=0.9, */*;q=0.1', 'image/webp', 'webp'],
  ] as const)('%s is answered with the picture', async (accept, type, format) => {
    const answer = await submit(QUICK_MODEL, { accept });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('location')).toMatch(/\/v1\/jobs\/job_/);
    const header = await readImageHeader(Buffer.from(await answer.arrayBuffer()), { maxPixels: 1e6 });
    expect(header).toMatchObject({ format, width: 48, height: 32 });
  });

  it.each(['application/json, image/png;q=0.5', 'image/avif, */*;q=0.1', '*/*', 'application/*'])(
    '%s is answered with the job',
    async (accept) => {
      const answer = await submit(QUICK_MODEL, { accept }, '?wait=30');
      await expectSchema(answer, JobSchema);
    },
  );

  it('of a picture is answered 202 and the job when it has not ended', async () => {
    const answer = await submit(AWAY_MODEL, { accept: 'image/png' }, '?wait=1');
    expect(answer.status).toBe(202);
    expect(await expectSchema(answer, JobSchema)).toMatchObject({
      status: 'queued',
      input: { output_format: 'png' },
    });
  });

  it('of a picture is answered with the problem of a job that failed', async () => {
    const cut = photo.subarray(0, photo.length - 40);
    const init = withHeaders(rawSubmission(cut), { accept: 'image/png' });
    const problem = await expectProblem(await service.fetch('/v1/segmentation', init), 'unsupported_image');
    expect(problem.detail).toMatch(/job_\w+ failed/);
  });

  it('text/event-stream is answered with the events of the job', async () => {
    const answer = await submit(QUICK_MODEL, { accept: 'text/event-stream' });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const location = answer.headers.get('location');
    const last = (await readAllEvents(answer)).at(-1)!;
    expect(last).toMatchObject({ event: 'done', data: { status: 'succeeded', urls: { self: location } } });
  });

  it.each(['text/html', 'video/mp4, audio/*', 'image/avif'])('%s is refused', async (accept) => {
    const problem = await expectProblem(await submit(QUICK_MODEL, { accept }), 'not_acceptable');
    expect(problem.detail).toContain(accept.split(',')[0]);
  });
});
