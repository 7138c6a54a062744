import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DarkroomClient } from '@darkroom/client';
import type { JobStatus } from '@darkroom/contracts';
import { decodeImage, encodePicture, pixelsOf } from '@darkroom/imaging';
import { segmentationGraph, slowSegmentationGraph, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runDarkroom } from './testing/run-darkroom.js';
import { TestFolder } from './testing/test-folder.js';
import { TestService } from './testing/test-service.js';
import { ultralyticsGraph } from './testing/ultralytics-graph.js';

vi.setConfig({ testTimeout: 120_000 });

const SIDE = 64;

let folder: TestFolder;
let service: TestService;
/** A server of one picture. */
let photos: Server;

beforeAll(async () => {
  folder = await TestFolder.create();
  await mkdir(folder.models);
  const pixels = pixelsOf(new Uint8Array(SIDE * SIDE * 3).fill(200), SIDE, SIDE);
  const photo = await encodePicture(pixels, 'png');
  photos = createServer(({ url }, response) =>
    url?.startsWith('/a%20b.png') ? response.end(photo) : response.writeHead(404).end(),
  ).listen(0, '127.0.0.1');
  await once(photos, 'listening');
  service = await TestService.start(folder.models, { ALLOWED_PRIVATE_HOSTS: photosHost() });
  await mkdir(join(folder.root, 'photos', 'deeper'), { recursive: true });
  for (const name of ['a.png', 'b.png', 'deeper/a.png']) {
    await writeFile(join(folder.root, 'photos', name), photo);
  }
  await writeFile(join(folder.root, 'photos', 'notes.txt'), 'no picture');
  await writeFile(join(folder.root, 'fake.jpg'), 'no picture either');
}, 120_000);
afterAll(async () => {
  photos?.close();
  await service?.stop();
  await folder.delete();
});

const photosHost = () => `127.0.0.1:${(photos.address() as AddressInfo).port}`;
const run = (...args: string[]) => folder.run(args, { DARKROOM_URL: service.url });

/** Runs what must succeed. @returns what it printed */
async function printed(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

describe('with a service that runs', () => {
  it('a model that is added is served before the command ends', async () => {
    const size = { width: SIDE, height: SIDE };
    const models = [
      await folder.file('sea.onnx', ultralyticsGraph()),
      await folder.file('land.onnx', segmentationGraph({ classes: 2, size })),
    ];
    for (const path of models) {
      const { exitCode, stdout } = await run('models', 'add', path, '--license', 'MIT');
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout).service).toEqual({
        url: service.url,
        served: true,
        detail: expect.stringContaining('serves it now'),
      });
    }
  });

  it('detect gives JSON where nobody looks, and saves overlays under the pictures’ names', async () => {
    const out = join(folder.root, 'out');
    const stdout = await printed('detect', 'photos/**/*.png', 'photos', '--model', 'sea', '--out', out);
    const pictures = JSON.parse(stdout);
    const [first] = pictures;
    expect(pictures.map(({ picture }: { picture: string }) => picture)).toEqual(
      ['a.png', 'b.png', 'deeper/a.png'].map((name) => join(folder.root, 'photos', name)),
    );
    expect(first).toMatchObject({
      status: 'succeeded',
      model: 'sea',
      error: null,
      result: { counts: { fish: 1 }, detections: [{ label: 'fish', box: [22, 27, 42, 37] }] },
      files: [join(out, 'a.overlay.jpg')],
    });
    expect((await readdir(out)).sort()).toEqual(['a-2.overlay.jpg', 'a.overlay.jpg', 'b.overlay.jpg']);
    const overlay = await decodeImage(await readFile(first.files[0]), { maxPixels: 1e6 });
    expect([overlay.width, overlay.height]).toEqual([SIDE, SIDE]);
  });

  it('detect takes the fields of the contract', async () => {
    const [only] = JSON.parse(await printed('detect', 'photos/a.png', '--score-threshold', '0.8'));
    expect(only.result.detections).toEqual([]);
    const [filtered] = JSON.parse(await printed('detect', 'photos/a.png', '--classes', 'crab,2'));
    expect(filtered.result.counts).toEqual({ crab: 0, "sea star's": 0 });
    const refused = await run('detect', 'photos/a.png', '--classes', 'fisch');
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('Did you mean "fish"?');
  });

  it('detect writes COCO, CSV and YOLO', async () => {
    const coco = JSON.parse(await printed('detect', 'photos', '--format', 'coco'));
    expect(coco.images.map((image: { file_name: string }) => image.file_name)).toEqual(['a.png', 'b.png']);
    expect(coco.annotations).toMatchObject([{ bbox: [22, 27, 20, 10], category_id: 1 }, { image_id: 2 }]);
    expect(coco.categories).toHaveLength(3);
    const csv = await printed('detect', 'photos', '--format', 'csv');
    expect(csv.split('\n')[1]).toMatch(/^a\.png,job_\w+,0,1,fish,0\.75,22,27,42,37,200$/);
    expect(await printed('detect', 'photos/a.png', '--format', 'yolo')).toBe(
      '1 0.500000 0.500000 0.312500 0.156250\n',
    );
    const several = await run('detect', 'photos', '--format', 'yolo');
    expect(several).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('give --out') });
    const out = join(folder.root, 'yolo');
    await printed('detect', 'photos', '--format', 'yolo', '--out', out);
    expect((await readdir(out)).sort()).toEqual([
      'a.overlay.jpg',
      'a.txt',
      'b.overlay.jpg',
      'b.txt',
      'classes.txt',
    ]);
    expect(await readFile(join(out, 'classes.txt'), 'utf8')).toBe("crab\nfish\nsea star's\n");
  });

  it('segment gives the shares of the classes, and the files asked for', async () => {
    const out = join(folder.root, 'maps');
    const stdout = await printed(
      'segment',
      'photos/a.png',
      '--out',
      out,
      '--outputs',
      'color_map,overlay',
      '--format',
      'text',
    );
    expect(stdout).toMatch(/^picture +result +model +ms +files\nphotos\/a\.png +class 1 100\.0 % +land /);
    expect((await readdir(out)).sort()).toEqual([
      'a.color_map.png',
      'a.overlay.jpg',
      'a.segmentation_map.png',
    ]);
  });

  it('one bad picture leaves the others alone, and makes the exit code 1', async () => {
    const { exitCode, stdout, stderr } = await run('detect', 'fake.jpg', 'photos/a.png');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { status: 'rejected', error: expect.stringContaining('got text'), job: null },
      { status: 'succeeded' },
    ]);
    expect(stderr).toMatch(
      /1 of 2 pictures did not succeed:\n {2}fake\.jpg: The picture is not one Darkroom reads/,
    );
  });

  it('a URL is fetched by the service, and named by its path', async () => {
    const out = join(folder.root, 'fetched');
    const good = `http://${photosHost()}/a%20b.png?size=/large.jpg`;
    const missing = `http://${photosHost()}/c.png`;
    const { exitCode, stdout, stderr } = await run('detect', good, missing, 'http://10.0.0.1/', '--out', out);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { picture: good, status: 'succeeded', files: [join(out, 'a b.overlay.jpg')] },
      { picture: missing, status: 'rejected', error: expect.stringContaining('404 Not Found') },
      { picture: 'http://10.0.0.1/', error: expect.stringContaining('10.0.0.1 is a private address') },
    ]);
    expect(stderr).toContain('2 of 3 pictures did not succeed');
    const coco = JSON.parse(await printed('detect', good, '--format', 'coco'));
    expect(coco.images).toMatchObject([{ file_name: 'a b.png' }]);
  });

  it('a model of another task is refused in the service’s own words', async () => {
    const { exitCode, stderr } = await run('segment', 'photos/a.png', '--model', 'sea');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('made for detection, not for segmentation');
  });

  it('segment cancels its jobs when it is interrupted', async () => {
    const graph = slowSegmentationGraph({ classes: 2, iterations: 1_000_000 });
    await writeTestModel(folder.models, { id: 'slow', graph });
    const client = new DarkroomClient({ baseUrl: service.url });
    const isServed = async () => (await client.models()).some(({ id }) => id === 'slow');
    await expect.poll(isServed, { timeout: 60_000, interval: 200 }).toBe(true);
    const jobs = async (status: JobStatus) => (await client.jobsPage({ model: 'slow', status })).jobs.length;
    const running = async () => {
      // One of the two runs, or both, and the other waits.
      while ((await jobs('running')) === 0 || (await client.jobsPage({ model: 'slow' })).jobs.length < 2) {
        await sleep(100);
      }
    };
    const { exitCode, stdout, stderr } = await runDarkroom(['segment', 'photos', '--model', 'slow'], {
      cwd: folder.root,
      env: { DARKROOM_URL: service.url },
      interruptOn: running(),
    });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 130,
      stdout: '',
      stderr: 'stopped before the end\n',
    });
    await expect.poll(() => jobs('canceled')).toBe(2);
    await rm(join(folder.models, 'slow'), { recursive: true });
  });

  it('a model that is removed is no longer there', async () => {
    expect((await run('models', 'remove', 'land')).exitCode).toBe(2);
    expect(await folder.modelsFound()).toEqual(['land', 'sea']);
    await printed('models', 'remove', 'land', '--yes');
    expect(await folder.modelsFound()).toEqual(['sea']);
  });
});

describe('pictures', () => {
  it.each([
    [['photos/*.gif'], /no picture matches photos\/\*\.gif/],
    [['missing.jpg'], /there is no picture missing\.jpg/],
    [['models'], /there is no picture in /],
    [['https://[bad'], /https:\/\/\[bad cannot be read as a URL/],
  ])('%j are none, which is said before anything is sent', async (words, message) => {
    await mkdir(join(folder.root, 'models'), { recursive: true });
    const { exitCode, stdout, stderr } = await folder.run(['detect', ...words]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('need a service, and without one it is said how to get it', async () => {
    const { exitCode, stderr } = await folder.run(['detect', 'photos/a.png']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/no answer from Darkroom at http:\/\/127\.0\.0\.1:9: .*\n.*npm start/);
  });
});
