import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { type RunningService, startService } from '../testing/start-service.js';

const PUBLIC_URL = 'https://darkroom.example.org/pictures/';

let service: RunningService;

beforeAll(async () => {
  service = await startService({ models: [], variables: { PUBLIC_URL } });
});
afterAll(() => service.stop());

const from = (origin: string, init: RequestInit = {}) =>
  service.fetch('/v1', { ...init, headers: { origin } });

/** The status of a request with another Host header, which fetch does not let one set. */
function statusWithHost(host: string, origin: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${service.url}/v1`, { headers: { host, origin } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('a page', () => {
  it('of the service itself may use it', async () => {
    expect((await from(service.url)).status).toBe(200);
    expect((await from('https://darkroom.example.org')).status).toBe(200);
    expect((await service.fetch('/v1')).status).toBe(200);
  });

  it.each([
    'https://evil.example',
    'http://127.0.0.1:1',
    'https://darkroom.example.org.evil.example',
    'http://localhost',
    'null',
    'junk',
  ])('of another origin may not: %s', async (origin) => {
    const problem = await expectProblem(await from(origin), 'origin_not_allowed');
    expect(problem.detail).toContain(origin);
  });

  it('of a name that was bound to this machine may not', async () => {
    expect(await statusWithHost('rebound.example', 'http://rebound.example')).toBe(403);
    const port = new URL(service.url).port;
    expect(await statusWithHost(`localhost:${port}`, `http://localhost:${port}`)).toBe(200);
  });

  it('of another origin can neither submit nor cancel nor delete', async () => {
    const headers = { origin: 'https://evil.example' };
    for (const [method, path] of [
      ['POST', '/v1/segmentation'],
      ['POST', '/v1/jobs/job_1/cancel'],
      ['DELETE', '/v1/jobs/job_1'],
      ['OPTIONS', '/v1/segmentation'],
    ] as const) {
      await expectProblem(await service.fetch(path, { method, headers }), 'origin_not_allowed');
    }
  });
});

describe('PUBLIC_URL', () => {
  it('begins every address in answers', async () => {
    const about = (await (await service.fetch('/v1')).json()) as { tasks: { url: string }[]; urls: object };
    const base = PUBLIC_URL.replace(/\/$/, '');
    expect(about.tasks[0]!.url).toBe(`${base}/v1/segmentation`);
    for (const url of Object.values(about.urls))
      expect(url).toMatch(/^https:\/\/darkroom\.example\.org\/pictures\/\w/);
  });
});
