import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DarkroomClient } from './darkroom-client.js';
import { allOf } from './testing/all-of.js';
import { type Answer, problem, ScriptedServer } from './testing/scripted-server.js';

/** A stream of events that ends, or breaks, after what is given. */
function stream(text: string, end: 'end' | 'break' = 'end'): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => (end === 'end' ? response.end() : setTimeout(() => response.destroy(), 20)));
  };
}

const QUEUED = 'id: 1\nevent: status\ndata: {"status":"queued"}\n\n';
const PROGRESS = 'id: 2\nevent: progress\ndata: {"stage":"inference"}\n\n';
const DONE = 'id: 3\nevent: done\ndata: {"status":"succeeded"}\n\n';

describe('the events of a job', () => {
  let server: ScriptedServer;
  let client: DarkroomClient;
  beforeEach(async () => {
    server = await ScriptedServer.start();
    client = new DarkroomClient({ baseUrl: server.url });
  });
  afterEach(() => server.stop());

  const names = async () => (await allOf(client.events('job_1'))).map(({ event }) => event);

  it('come in order and end with done', async () => {
    server.answer(stream(QUEUED + PROGRESS + DONE));
    const events = await allOf(client.events('job_1'));
    expect(events[1]).toEqual({ event: 'progress', data: { stage: 'inference' } });
    expect(events.map(({ event }) => event)).toEqual(['status', 'progress', 'done']);
    expect(server.requests[0]).toMatchObject({
      url: '/v1/jobs/job_1/events',
      headers: { accept: 'text/event-stream' },
    });
  });

  it('go on with the last id after the connection broke', async () => {
    server.answer(stream(QUEUED + PROGRESS, 'break'), stream(DONE));
    expect(await names()).toEqual(['status', 'progress', 'done']);
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2']);
  });

  it('go on when the stream ends early or the service is away for a moment', async () => {
    server.answer(stream(QUEUED), problem(503, 'redis_unavailable', { retryable: true }), stream(DONE));
    expect(await names()).toEqual(['status', 'done']);
  });

  it('end when there is nothing after what was seen', async () => {
    server.answer(stream(QUEUED), (response) => response.writeHead(204).end());
    expect(await names()).toEqual(['status']);
  });

  it('leave out events of a later version', async () => {
    server.answer(stream(`event: portent\ndata: not even JSON\n\n${DONE}`));
    expect(await names()).toEqual(['done']);
  });

  it('fail at once for a job that does not exist', async () => {
    server.answer(problem(404, 'job_not_found'));
    await expect(names()).rejects.toMatchObject({ code: 'job_not_found' });
  });

  it('close the connection when the consumer has seen enough', async () => {
    const closed = new Promise<void>((resolve) => {
      server.answer((response) => {
        response.on('close', resolve);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(QUEUED);
      });
    });
    for await (const { event } of client.events('job_1')) {
      expect(event).toBe('status');
      break;
    }
    await closed;
  });

  it('stop when they are told to', async () => {
    server.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(QUEUED);
    });
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { event } of client.events('job_1', { signal: stop.signal })) {
        seen.push(event);
        stop.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow();
    expect(seen).toEqual(['status']);
    expect(server.requests).toHaveLength(1);
  });
});
