import { type Job, JobSchema, JobSummarySchema, ProgressEventSchema } from '@darkroom/contracts';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReceivedEvent, readAllEvents, readEvents } from './testing/event-reader.js';
import { expectProblem } from './testing/expect-problem.js';
import {
  AWAY_MODEL,
  QUICK_MODEL,
  type RunningService,
  SLOW_MODEL,
  startService,
} from './testing/start-service.js';
import { formSubmission } from './testing/submission.js';
import { testPhoto } from './testing/test-photo.js';

let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  const models = [QUICK_MODEL, SLOW_MODEL, AWAY_MODEL] as const;
  [service, photo] = await Promise.all([startService({ models }), testPhoto()]);
});
afterAll(() => service.stop());

async function submit(model: string): Promise<Job> {
  const answer = await service.fetch(
    '/v1/segmentation',
    formSubmission(photo, { model, outputs: 'overlay' }),
  );
  return (await answer.json()) as Job;
}

const follow = (job: Job, lastEventId?: number) =>
  fetch(
    job.urls.events,
    lastEventId === undefined ? {} : { headers: { 'last-event-id': String(lastEventId) } },
  );

const SCHEMAS = { status: JobSummarySchema, progress: ProgressEventSchema, done: JobSchema };

/** What holds of every stream up to the end of its job. */
function expectWholeStream(events: readonly ReceivedEvent[]): void {
  for (const { event, data } of events) {
    const schema = SCHEMAS[event as keyof typeof SCHEMAS];
    expect([...Value.Errors(schema, data)], event).toEqual([]);
    expect(Object.keys(data).sort(), event).toEqual(Object.keys(schema.properties).sort());
  }
  const ids = events.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  expect(events.map(({ event }) => event === 'done')).toEqual(events.map((_, i) => i === events.length - 1));
}

describe('the events of a job', () => {
  it('tell of its waiting, its stages and its end', async () => {
    // The slow model does one job after the other, so the second is seen waiting.
    const first = await submit(SLOW_MODEL);
    const others = [await submit(SLOW_MODEL), await submit(SLOW_MODEL)];
    const events = await readAllEvents(await follow(others[1]!));
    expectWholeStream(events);
    expect(events[0]).toMatchObject({
      event: 'status',
      data: { status: 'queued', progress: { stage: 'queued' } },
    });
    expect(events.some(({ event, data }) => event === 'status' && data.status === 'running')).toBe(true);
    const stages = events.filter(({ event }) => event === 'progress').map(({ data }) => data.stage);
    expect(stages).toContain('inference');
    const order = ['loading_model', 'decode', 'prepare', 'inference', 'postprocess'];
    expect(stages).toEqual([...stages].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    const fractions = events.map(({ data }) => data.fraction ?? data.progress.fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({
      event: 'done',
      data: { status: 'succeeded', progress: { stage: 'done' } },
    });
    expect(events.at(-1)!.data.artifacts).toHaveLength(2);
    expect((await service.job(first.id)).status).toBe('succeeded');
  });

  it('begin for a late subscriber with the job as it is', async () => {
    const job = await submit(SLOW_MODEL);
    for await (const { data } of readEvents(await follow(job))) if (data.stage === 'inference') break;
    const events = await readAllEvents(await follow(job));
    expectWholeStream(events);
    expect(events[0]).toMatchObject({
      event: 'status',
      data: { status: 'running', progress: { stage: 'inference' } },
    });
  });

  it('are the end alone once it has ended', async () => {
    const { id } = await submit(QUICK_MODEL);
    const job = await service.job(id, 30);
    const events = await readAllEvents(await follow(job));
    expect(events).toHaveLength(1);
    expectWholeStream(events);
    expect(events[0]!.data).toEqual(job);
    expect((await follow(job, events[0]!.id - 1)).status).toBe(200);
    const after = await follow(job, events[0]!.id);
    expect([after.status, await after.text()]).toEqual([204, '']);
  });

  it('end with its cancelling', async () => {
    const job = await submit(AWAY_MODEL);
    const events: ReceivedEvent[] = [];
    for await (const event of readEvents(await follow(job))) {
      events.push(event);
      if (event.data.status === 'queued') await fetch(job.urls.cancel, { method: 'POST' });
    }
    expectWholeStream(events);
    expect(events.map(({ data }) => data.status)).toEqual(['queued', 'canceled']);
  });

  it('end with its deletion', async () => {
    const job = await submit(AWAY_MODEL);
    const statuses: string[] = [];
    for await (const { data } of readEvents(await follow(job))) {
      statuses.push(data.status);
      if (data.status === 'queued') await fetch(job.urls.self, { method: 'DELETE' });
    }
    expect(statuses[0]).toBe('queued');
  });

  it('reach all who follow it', async () => {
    const job = await submit(QUICK_MODEL);
    const streams = await Promise.all(
      Array.from({ length: 12 }, async () => readAllEvents(await follow(job))),
    );
    for (const events of streams)
      expect(events.at(-1)).toMatchObject({ event: 'done', data: { id: job.id } });
  });

  it('come as a stream that no proxy holds back', async () => {
    const { headers } = await follow(await submit(QUICK_MODEL));
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toBeTruthy();
  });

  it('go to many at once without a warning of listeners that are never taken away', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => warnings.push(name);
    process.on('warning', note);
    const job = await submit(AWAY_MODEL);
    const streams = await Promise.all(Array.from({ length: 24 }, async () => readEvents(await follow(job))));
    await Promise.all(streams.map((events) => events.next()));
    await service.fetch(`/v1/jobs/${job.id}`, { method: 'DELETE' });
    for (const events of streams) expect((await events.next()).value).toMatchObject({ event: 'done' });
    process.off('warning', note);
    expect(warnings).not.toContain('MaxListenersExceededWarning');
  });

  it('of an unknown job are a problem', async () => {
    await expectProblem(
      await service.fetch('/v1/jobs/job_01JD8Z3V9QXXXXXXXXXXXXXXXX/events'),
      'job_not_found',
    );
  });
});

describe('stopping the api', () => {
  it('ends streams and waiting requests instead of waiting for them', async () => {
    const other = await startService({ models: [AWAY_MODEL] });
    const submitted = await other.fetch('/v1/segmentation', formSubmission(photo));
    const { id } = (await submitted.json()) as Job;
    const events = readEvents(await other.fetch(`/v1/jobs/${id}/events`));
    expect((await events.next()).value).toMatchObject({ event: 'status' });
    const waiting = other.fetch(`/v1/jobs/${id}?wait=50`);
    // The request has arrived when a later one on its way has been answered.
    await other.fetch('/health/live');
    const [answer] = await Promise.all([waiting, other.stop()]);
    expect(answer.status).toBe(202);
    expect((await events.next()).done).toBe(true);
  });
});
