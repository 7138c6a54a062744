import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobList } from '@darkroom/contracts';
import { DarkroomProcess, freePort } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shapesPicture, startDemoModels } from '../../testing/start-demo-models.js';
import { type RunningService, startService } from '../../testing/start-service.js';

let root: string;
let picture: Buffer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-detectron2-'));
  picture = await shapesPicture();
  await mkdir(join(root, 'input', 'images'), { recursive: true });
  for (let i = 0; i < 9; i++) await writeFile(join(root, 'input', 'images', `${i}.jpg`), picture);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const SETTINGS = { DARKROOM_COMPAT: 'detectron2' };

const CALLS = [
  ['all', () => ({ threshold_value: 0.5 })],
  ['by-name', () => ({ image_names: ['1.jpg', '2.jpg'] })],
  [
    'base64',
    () => ({
      threshold_value: 0.5,
      image_string: picture.toString('base64'),
      input_image_name: 'in.jpg',
      output_image_name: 'out.jpg',
    }),
  ],
] as const;

const JSON_TYPE = { 'content-type': 'application/json' };

function post(service: RunningService, call: string, payload: object): Promise<Response> {
  const body = JSON.stringify(payload);
  return service.fetch(`/api/detect-area-${call}`, { method: 'POST', headers: JSON_TYPE, body });
}

describe('a service without a folder', () => {
  it('looks at what is sent, and says what the other calls need', async () => {
    const service = await startDemoModels(['shapes-det'], { variables: SETTINGS });
    try {
      const [all, byName, base64] = await Promise.all(
        CALLS.map(([call, payload]) => post(service, call, payload())),
      );
      expect(await base64!.json()).toMatchObject({ status_code: 200 });
      for (const answer of [all, byName]) {
        expect(answer!.status).toBe(422);
        expect(await answer!.json()).toMatchObject({
          data: expect.stringContaining('Set DARKROOM_COMPAT_DETECTRON2_DIR'),
          status_code: 422,
        });
      }
    } finally {
      await service.stop();
    }
  });
});

describe('a service whose model is not there', () => {
  it('says so instead of answering for each picture', async () => {
    const settings = { DARKROOM_COMPAT_DETECTRON2_DIR: root, DARKROOM_COMPAT_DETECTRON2_MODEL: 'gone' };
    const service = await startService({ models: [], variables: { ...SETTINGS, ...settings } });
    try {
      for (const [call, payload] of CALLS) {
        const answer = await post(service, call, payload());
        expect(answer.status).toBe(404);
        expect(await answer.json()).toMatchObject({
          data: expect.stringContaining('There is no model "gone"'),
        });
      }
    } finally {
      await service.stop();
    }
  });
});

describe('a client that hangs up', () => {
  let service: RunningService;
  beforeAll(async () => {
    const variables = { ...SETTINGS, DARKROOM_COMPAT_DETECTRON2_DIR: root };
    service = await startDemoModels(['shapes-det'], { variables });
    // Jobs wait from here on.
    await service.worker!.end('SIGKILL');
  });
  afterAll(() => service.stop());

  it.each([
    ['all', 4],
    ['by-name', 2],
    ['base64', 1],
  ] as const)('leaves no job of %s behind that nobody waits for', async (call, begun) => {
    const [, payload] = CALLS.find(([name]) => name === call)!;
    // Not fetch, which then opens a connection that it has no use for, and the api would wait for it at its end.
    const client = request(`${service.url}/api/detect-area-${call}`, { method: 'POST', headers: JSON_TYPE });
    client.on('error', () => {}).end(JSON.stringify(payload()));
    await expect.poll(jobCount, { timeout: 10_000 }).toBe(begun);
    client.destroy();
    await expect.poll(jobCount, { timeout: 10_000 }).toBe(0);
  });

  async function jobCount(): Promise<number> {
    const { jobs } = (await (await service.fetch('/v1/jobs')).json()) as JobList;
    return jobs.length;
  }
});

describe('a folder that can’t be used', () => {
  it('ends the api at its start, with the reason', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const api = new DarkroomProcess('api', {
      ...SETTINGS,
      DARKROOM_COMPAT_DETECTRON2_DIR: file,
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      PORT: '0',
    });
    try {
      await expect(api.logged('listening')).rejects.toThrow(
        /its configuration is wrong:\n +DARKROOM_COMPAT_DETECTRON2_DIR takes a folder .*EEXIST|ENOTDIR/,
      );
    } finally {
      await api.stop();
    }
  });
});
