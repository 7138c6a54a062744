import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DarkroomClient } from './darkroom-client.js';
import { DarkroomProblem } from './darkroom-problem.js';
import { DarkroomUnreachable } from './darkroom-unreachable.js';
import { allOf } from './testing/all-of.js';
import { json, problem, ScriptedServer } from './testing/scripted-server.js';

const ENDED = '2026-01-01T00:00:00Z';

describe('the client', () => {
  let server: ScriptedServer;
  let client: DarkroomClient;
  beforeEach(async () => {
    server = await ScriptedServer.start();
    client = new DarkroomClient({ baseUrl: `${server.url}/` });
  });
  afterEach(() => server.stop());

  it('sends bytes as a form with the fields beside them', async () => {
    server.answer(json({ id: 'job_1', status: 'queued' }, 202));
    const job = await client.submitSegmentation(
      {
        image: Uint8Array.of(1, 2, 3),
        fileName: 'cat.png',
        model: 'shapes-seg',
        outputs: ['overlay', 'color_map'],
      },
      { waitSeconds: 5 },
    );
    expect(job.id).toBe('job_1');
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/v1/segmentation', headers: { prefer: 'wait=5' } });
    const form = await new Response(request!.body, {
      headers: { 'content-type': request!.headers['content-type']! },
    }).formData();
    expect(form.get('model')).toBe('shapes-seg');
    expect(form.get('outputs')).toBe('["overlay","color_map"]');
    const file = form.get('image') as File;
    expect(file.name).toBe('cat.png');
    expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([1, 2, 3]);
  });

  it('sends what needs no upload as JSON', async () => {
    server.answer(json({ id: 'job_2' }, 202));
    await client.submitSegmentation({ image: { job: 'job_1' }, output_format: 'png' });
    expect(server.requests[0]!.headers['content-type']).toBe('application/json');
    expect(JSON.parse(server.requests[0]!.body.toString())).toEqual({
      image: { job: 'job_1' },
      output_format: 'png',
    });
  });

  it('sends prompts as the contract has them, in a form as JSON text', async () => {
    server.answer(json({ id: 'job_1' }, 202), json({ id: 'job_2' }, 202));
    const prompts = [
      {
        points: [
          { x: 12, y: 8.5 },
          { x: 3, y: 4, positive: false },
        ],
      },
      { box: [1, 2, 30, 40] },
    ];
    await client.submitSegmentation({ image: Uint8Array.of(1), prompts, multimask: true });
    const refined = [{ mask: { job: 'job_1', index: 0 }, points: [{ x: 5, y: 6 }] }];
    await client.submitSegmentation({ image: { job: 'job_1' }, prompts: refined });
    const [first, second] = server.requests;
    const form = await new Response(first!.body, {
      headers: { 'content-type': first!.headers['content-type']! },
    }).formData();
    expect(JSON.parse(form.get('prompts') as string)).toEqual(prompts);
    expect(form.get('multimask')).toBe('true');
    expect(JSON.parse(second!.body.toString())).toEqual({ image: { job: 'job_1' }, prompts: refined });
  });

  it('sends a prompt without a picture as JSON, and with one as a form', async () => {
    server.answer(json({ id: 'job_1' }, 202), json({ id: 'job_2' }, 202));
    const fields = { prompt: ['a red boat', ''], seed: [7, 8], steps: 30 };
    await client.submitGeneration(fields);
    await client.submitGeneration({ ...fields, image: Uint8Array.of(1), strength: 0.5 });
    const [first, second] = server.requests;
    expect(first!.url).toBe('/v1/generation');
    expect(JSON.parse(first!.body.toString())).toEqual(fields);
    const headers = { 'content-type': second!.headers['content-type']! };
    const form = await new Response(second!.body, { headers }).formData();
    const texts = ['prompt', 'seed', 'steps', 'strength'].map((name) => form.get(name));
    expect(texts).toEqual(['["a red boat",""]', '[7,8]', '30', '0.5']);
  });

  it('sends an analysis with its picture as a form, and one that has it generated as JSON', async () => {
    server.answer(json({ id: 'job_1' }, 202), json({ id: 'job_2' }, 202));
    const concepts = ['a red star', 'a blue, small circle'];
    const regions = [{ box: [1, 2, 30, 40] }, { points: [{ x: 5, y: 6 }] }];
    await client.submitAnalysis({ image: Uint8Array.of(1), concepts, regions, template: 'a photo of {}' });
    const generated = { generate: { prompt: 'a red star', seed: 7 }, concepts, max_regions: 0 };
    await client.submitAnalysis(generated);
    const [first, second] = server.requests;
    expect(first!.url).toBe('/v1/analysis');
    const headers = { 'content-type': first!.headers['content-type']! };
    const form = await new Response(first!.body, { headers }).formData();
    expect(JSON.parse(form.get('concepts') as string)).toEqual(concepts);
    expect(JSON.parse(form.get('regions') as string)).toEqual(regions);
    expect(form.get('template')).toBe('a photo of {}');
    expect(form.get('image')).toBeInstanceOf(File);
    expect(JSON.parse(second!.body.toString())).toEqual(generated);
  });

  it('throws the problem that the service names, bad fields included', async () => {
    server.answer(
      problem(422, 'invalid_field', { errors: [{ pointer: '#/outputs/0', detail: 'no such output' }] }),
    );
    const error = await client.submitSegmentation({ image: 'data:,' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DarkroomProblem);
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_field',
      retryable: false,
      retryAfterSeconds: null,
    });
    expect((error as Error).message).toBe('A title: A detail.\n  #/outputs/0: no such output');
  });

  it('says what came when something else than the service answers', async () => {
    server.answer((response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
    await expect(client.service()).rejects.toMatchObject({
      status: 502,
      code: null,
      retryable: true,
      message: 'HTTP 502 Bad Gateway: <h1>Bad gateway</h1>',
    });
  });

  it('says why there is no answer at all', async () => {
    await server.stop();
    const failure = client.models();
    await expect(failure).rejects.toThrow(DarkroomUnreachable);
    await expect(failure).rejects.toThrow(/no answer from Darkroom at http:.*ECONNREFUSED/);
    server = await ScriptedServer.start();
  });

  it('waits for the end through held answers, a full second of trouble and a broken connection', async () => {
    server.answer(
      json({ id: 'job_1', status: 'queued', finished_at: null }),
      problem(503, 'redis_unavailable', { retryable: true }, { 'retry-after': '1' }),
      (response) => response.destroy(),
      json({ id: 'job_1', status: 'succeeded', finished_at: ENDED }),
    );
    const startedAtMs = Date.now();
    expect((await client.waitForEnd('job_1')).status).toBe('succeeded');
    expect(Date.now() - startedAtMs).toBeGreaterThan(1000);
    expect(server.requests.map(({ headers }) => headers.prefer)).toEqual(Array(4).fill('wait=50'));
  });

  it('does not wait for what will not come', async () => {
    server.answer(problem(404, 'job_not_found'));
    await expect(client.waitForEnd('job_0')).rejects.toMatchObject({ code: 'job_not_found' });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up when failures last too long', async () => {
    server.answer(...Array(3).fill(problem(503, 'redis_unavailable', { retryable: true })));
    await expect(client.waitForEnd('job_1', { giveUpAfterMs: 200 })).rejects.toMatchObject({ status: 503 });
  });

  it('stops waiting when it is told to', async () => {
    server.answer(() => {});
    const failure = client.waitForEnd('job_1', { signal: AbortSignal.timeout(100) });
    await expect(failure).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('lists jobs page after page', async () => {
    server.answer(
      json({ jobs: [{ id: 'c' }, { id: 'b' }], next_cursor: 'after b&' }),
      json({ jobs: [{ id: 'a' }], next_cursor: null }),
    );
    const jobs = await allOf(client.jobs({ status: 'succeeded', limit: 2 }));
    expect(jobs.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/v1/jobs?status=succeeded&limit=2',
      '/v1/jobs?status=succeeded&limit=2&cursor=after+b%26',
    ]);
  });

  it('escapes ids and names in paths', async () => {
    server.answer(
      (response) => response.end(Uint8Array.of(9)),
      (response) => response.writeHead(204).end(),
    );
    expect([...(await client.artifact('a/b', '../c d'))]).toEqual([9]);
    await client.delete({ id: 'a?b' });
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/jobs/a%2Fb/artifacts/..%2Fc%20d',
      'DELETE /v1/jobs/a%3Fb',
    ]);
  });

  it('has models loaded and unloaded, waiting as long as it is told', async () => {
    server.answer(json({ id: 'a', state: 'ready' }), json({ id: 'a', state: 'ready' }, 202));
    expect((await client.loadModel('a', { waitSeconds: 20 })).state).toBe('ready');
    await client.unloadModel('a');
    expect(server.requests.map(({ method, url, headers }) => [method, url, headers.prefer])).toEqual([
      ['POST', '/v1/models/a/load', 'wait=20'],
      ['POST', '/v1/models/a/unload', undefined],
    ]);
  });

  it('reports what is missing when the service is not ready', async () => {
    server.answer(json({ status: 'not_ready', checks: {}, workers_lost: [] }, 503));
    expect((await client.readiness()).status).toBe('not_ready');
  });
});
