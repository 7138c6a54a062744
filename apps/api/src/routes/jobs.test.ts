import { type Job, type JobList, JobListSchema, JobSchema } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { AWAY_MODEL, QUICK_MODEL, type RunningService, startService } from '../testing/start-service.js';
import { formSubmission, rawSubmission } from '../testing/submission.js';
import { testPhoto } from '../testing/test-photo.js';

let service: RunningService;
let photo: Buffer;
/** Oldest first: five that succeeded, three that wait, one that failed. */
let jobs: Job[];

beforeAll(async () => {
  const models = [QUICK_MODEL, AWAY_MODEL] as const;
  [service, photo] = await Promise.all([startService({ models }), testPhoto()]);
  jobs = [];
  for (const model of [...Array(5).fill(QUICK_MODEL), ...Array(3).fill(AWAY_MODEL)]) {
    jobs.push(await submit(model === AWAY_MODEL ? '' : '?wait=30', formSubmission(photo, { model })));
  }
  jobs.push(await submit(`?wait=30&model=${QUICK_MODEL}`, rawSubmission(photo.subarray(0, -40))));
});
afterAll(() => service.stop());

async function submit(query: string, init: RequestInit): Promise<Job> {
  return (await (await service.fetch(`/v1/segmentation${query}`, init)).json()) as Job;
}

async function list(query = ''): Promise<JobList> {
  const answer = await service.fetch(`/v1/jobs${query}`);
  expect(answer.status).toBe(200);
  return expectSchema(answer, JobListSchema);
}

const idsOf = (some: readonly { id: string }[]) => some.map(({ id }) => id);
const newestFirst = (some: readonly Job[]) => idsOf(some).toReversed();

describe('a job', () => {
  it('is told whole, and the same each time once it has ended', async () => {
    const answer = await service.fetch(`/v1/jobs/${jobs[0]!.id}`);
    const job = await expectSchema(answer, JobSchema);
    expect(job).toEqual(jobs[0]);
    expect(job).toMatchObject({
      task: 'segmentation',
      model: QUICK_MODEL,
      status: 'succeeded',
      queue_position: null,
      eta_seconds: null,
      progress: { stage: 'done', fraction: 1 },
      execution: { device: 'cpu', batch_size: 1 },
      error: null,
      deadline_at: null,
      children: [],
    });
    expect(job.model_version).toMatch(/^[0-9a-f]{8,}$/);
    const { total_ms, queue_ms } = job.timings;
    expect(total_ms).toBe(Date.parse(job.finished_at!) - Date.parse(job.created_at));
    expect(queue_ms).toBe(Date.parse(job.started_at!) - Date.parse(job.created_at));
  });

  it('has addresses that answer', async () => {
    const { urls, input, artifacts } = jobs[0]!;
    const { cancel, picture, ...others } = urls;
    expect(picture).toBeNull();
    for (const url of [
      ...Object.values(others),
      input.image!.url,
      ...artifacts.map((artifact) => artifact.url),
    ]) {
      const answer = await fetch(url);
      expect([url, answer.status]).toEqual([url, 200]);
      await answer.body?.cancel();
    }
    expect((await fetch(cancel, { method: 'POST' })).status).toBe(200);
    const withOverlay = await submit('?wait=30', formSubmission(photo, { outputs: 'overlay' }));
    expect((await fetch(withOverlay.urls.picture!)).headers.get('content-type')).toBe('image/jpeg');
  });

  it('that failed says why', async () => {
    const job = await expectSchema(await service.fetch(`/v1/jobs/${jobs[8]!.id}`), JobSchema);
    expect(job).toMatchObject({
      status: 'failed',
      result: null,
      artifacts: [],
      error: { code: 'unsupported_image' },
    });
    expect(job.error!.detail).toMatch(/damaged, cut off/);
    expect(job.kept_until).not.toBeNull();
  });

  it('has the bytes of its artifacts when asked for them', async () => {
    const { id } = jobs[1]!;
    const [artifact] = (await expectSchema(await service.fetch(`/v1/jobs/${id}?inline=true`), JobSchema))
      .artifacts;
    const bytes = Buffer.from(await (await fetch(artifact!.url)).arrayBuffer());
    expect(Buffer.from(artifact!.base64!, 'base64')).toEqual(bytes);
    expect((await service.job(id)).artifacts[0]).not.toHaveProperty('base64');
  });

  it('that waits has a place in the queue', async () => {
    const waiting = await Promise.all(jobs.slice(5, 8).map(({ id }) => service.job(id)));
    expect(waiting.map(({ queue_position }) => queue_position)).toEqual([1, 2, 3]);
  });

  it('keeps its id whatever slash ends the path', async () => {
    expect(await (await service.fetch(`/v1/jobs/${jobs[0]!.id}/`)).json()).toEqual(jobs[0]);
    const list = (await (await service.fetch('/v1/jobs/?limit=1')).json()) as JobList;
    expect(list.jobs).toHaveLength(1);
  });
});

describe('the list of jobs', () => {
  it('has the newest first, without input and result', async () => {
    const { jobs: listed, next_cursor } = await list('?limit=200');
    const known = idsOf(jobs);
    expect(listed.map(({ id }) => id).filter((id) => known.includes(id))).toEqual(newestFirst(jobs));
    expect(next_cursor).toBeNull();
    for (const job of listed) expect(Object.keys(job)).not.toEqual(expect.arrayContaining(['input']));
    const { input: _, result: __, ...summary } = jobs[0]!;
    expect(listed.find(({ id }) => id === jobs[0]!.id)).toEqual(summary);
  });

  it('comes in pages that Link and next_cursor lead through', async () => {
    const pages: string[][] = [];
    let next: string | null = `${service.url}/v1/jobs?limit=4&model=${QUICK_MODEL}`;
    while (next !== null) {
      const answer: Response = await fetch(next);
      const link = answer.headers.get('link');
      const page = await expectSchema(answer, JobListSchema);
      pages.push(idsOf(page.jobs));
      next = link === null ? null : /^<(.+)>; rel="next"$/.exec(link)![1]!;
      expect(next === null).toBe(page.next_cursor === null);
      if (next) expect(new URL(next).searchParams.get('cursor')).toBe(page.next_cursor);
    }
    const all = await list(`?limit=200&model=${QUICK_MODEL}`);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.slice(0, -1).every((page) => page.length === 4)).toBe(true);
    expect(pages.flat()).toEqual(idsOf(all.jobs));
  });

  it('is filtered by status, model, task and time', async () => {
    expect(idsOf((await list('?status=queued')).jobs)).toEqual(newestFirst(jobs.slice(5, 8)));
    expect(idsOf((await list('?status=failed')).jobs)).toEqual([jobs[8]!.id]);
    expect(idsOf((await list('?status=running')).jobs)).toEqual([]);
    expect(idsOf((await list(`?model=${AWAY_MODEL}&task=segmentation`)).jobs)).toEqual(
      newestFirst(jobs.slice(5, 8)),
    );
    expect(idsOf((await list(`?model=${AWAY_MODEL}&status=succeeded`)).jobs)).toEqual([]);
    expect(idsOf((await list('?model=never-heard-of')).jobs)).toEqual([]);
    const since = encodeURIComponent(jobs[4]!.created_at);
    const after = idsOf((await list(`?created_after=${since}&limit=200`)).jobs);
    expect(idsOf(jobs).filter((id) => after.includes(id))).toEqual(idsOf(jobs.slice(5)));
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=many',
    'status=done',
    'cursor=job_1',
    'created_after=yesterday',
    'task=cooking',
  ])('refuses ?%s', async (query) => {
    const problem = await expectProblem(await service.fetch(`/v1/jobs?${query}`), 'invalid_field');
    expect(problem.errors![0]!.pointer).toBe(`#/${query.split('=')[0]}`);
  });
});
