import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePicture, pixelsOf } from '@darkroom/imaging';
import { samDecoderGraph, samEncoderGraph, samManifest, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';
import { TestService } from './testing/test-service.js';

vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;
let service: TestService;

beforeAll(async () => {
  folder = await TestFolder.create();
  await mkdir(join(folder.root, 'photos'));
  await writePicture('box.png', 96, 64);
  await writePicture('small.png', 48, 32);
  const graphs = { exported: 'meta' } as const;
  await writeTestModel(folder.models, {
    id: 'sam',
    graph: { encoder: samEncoderGraph(graphs), decoder: samDecoderGraph(graphs) },
    manifest: samManifest(graphs, {
      defaults: { automatic: { points_per_side: 8, stability_score_thresh: 0.8 } },
    }),
  });
  service = await TestService.start(folder.models);
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await folder.delete();
});

/** A red box from 20, 10 to 70, 50, as far as the picture goes, on black. */
async function writePicture(name: string, width: number, height: number): Promise<void> {
  const data = new Uint8Array(width * height * 3);
  for (let y = 10; y < Math.min(50, height); y++) {
    for (let x = 20; x < Math.min(70, width); x++) data[(y * width + x) * 3] = 255;
  }
  await writeFile(
    join(folder.root, 'photos', name),
    await encodePicture(pixelsOf(data, width, height), 'png'),
  );
}

const segment = (...args: string[]) => folder.run(['segment', ...args], { DARKROOM_URL: service.url });

/** Runs what must succeed. @returns what it printed */
async function printed(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await segment(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

const resultOf = async (...args: string[]) => JSON.parse(await printed(...args))[0].result;

function expectRedBox(box: readonly number[]): void {
  for (const [edge, value] of [20, 10, 70, 50].entries()) {
    expect(Math.abs(box[edge]! - value)).toBeLessThan(3);
  }
}

describe('segment', () => {
  it('finds one object by points and a box', async () => {
    const clicked = await resultOf('photos/box.png', '--point', '40,30', '--negative-point', '90,60');
    expect(clicked).toMatchObject({ kind: 'masks', masks: [{ prompt_index: 0 }] });
    expectRedBox(clicked.masks[0].box);
    const boxed = await resultOf('photos/box.png', '--box', '15,5,75,55', '--multimask');
    expect(boxed.masks).toHaveLength(3);
    expectRedBox(boxed.masks[0].box);
  });

  it('finds several by prompts as JSON and in a file, and saves what they are for eyes', async () => {
    const prompts = [{ points: [{ x: 40, y: 30 }] }, { points: [{ x: 90, y: 60 }] }];
    const path = join(folder.root, 'objects.json');
    await writeFile(path, JSON.stringify(prompts));
    const out = join(folder.root, 'out');
    const saving = ['--out', out, '--mask-format', 'png'];
    const { masks } = await resultOf('photos/box.png', '--prompts', `@${path}`, ...saving);
    expect(masks.map((mask: { prompt_index: number }) => mask.prompt_index)).toEqual([0, 1]);
    expect((await readdir(out)).sort()).toEqual(['box.mask-0.png', 'box.mask-1.png', 'box.overlay.jpg']);
    const polygons = ['--mask-format', 'polygon', '--polygon-tolerance', '0'];
    const inline = await resultOf('photos/box.png', '--prompts', JSON.stringify(prompts), ...polygons);
    expect(inline.masks[0].polygons).toBeDefined();
  });

  it('looks for everything, as a table on a terminal and as COCO', async () => {
    const text = await printed('photos/box.png', '--mode', 'everything', '--format', 'text');
    expect(text).toMatch(/^picture +result +model +ms +files\nphotos\/box\.png +2 masks +sam /);
    const [heading, ground, box] = text.split('\n\n')[1]!.split('\n');
    expect(heading).toMatch(/^mask +area +box +predicted iou +stability$/);
    expect(ground).toMatch(/^ {3}0 +6\d\.\d % +0,0,96,64 +0\.9\d\d +[01]\.\d{3}$/);
    expect(box).toMatch(/^ {3}1 +3\d\.\d % +(19|20|21),(9|10|11),/);
    const coco = JSON.parse(
      await printed('photos/box.png', '--automatic', 'points_per_side=4', '--format', 'coco'),
    );
    expect(coco.categories).toMatchObject([{ name: 'object' }]);
    expect(coco.annotations.length).toBeGreaterThan(0);
  });

  it('tells the masks of several pictures by their names, with the prompts they answer', async () => {
    const text = await printed('photos', '--point', '40,20', '--format', 'text');
    const [, first, second] = text.split('\n\n').map((table) => table.split('\n'));
    expect(first!.slice(0, 2)).toEqual(['photos/box.png', expect.stringMatching(/^mask +prompt +area/)]);
    expect(first![2]).toMatch(/^ +0 +0 +3\d\.\d % +20,10,70,50 +0\.950 +[01]\.\d{3}$/);
    expect(second![0]).toBe('photos/small.png');
  });

  it('makes an embedding, which is a file and nothing else', async () => {
    const out = join(folder.root, 'embedding');
    const result = await resultOf('photos/box.png', '--mode', 'embedding', '--out', out);
    expect(result).toMatchObject({ kind: 'embedding', shape: [1, 3, 64, 64] });
    expect(await readdir(out)).toEqual(['box.embedding.npy']);
    const csv = await segment('photos/box.png', '--mode', 'embedding', '--format', 'csv');
    expect(csv).toMatchObject({ exitCode: 1, stdout: '' });
    expect(csv.stderr).toContain(
      'csv has no place for what came of it: an embedding of shape [1, 3, 64, 64]',
    );
  });

  it('leaves pictures alone that the prompts fit, where others are too small', async () => {
    const { exitCode, stdout, stderr } = await segment('photos', '--point', '60,40');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ status: 'succeeded' }, { status: 'rejected' }]);
    expect(stderr).toMatch(/small\.png: .*lies outside the picture: it is 48 × 32 pixels/);
  });

  it.each<[string[], RegExp]>([
    [['--prompts', '@missing.json'], /the prompts cannot be read: .*no such file/],
    [['--mode', 'semantic', '--model', 'sam'], /cannot do semantic/],
    [['--mode', 'everything', '--automatic', 'points_per_sid=4'], /Did you mean "points_per_side"\?/],
    [['--mode', 'everything', '--multimask'], /has no use for "multimask"/],
    [['--prompts', '[{"box": [9, 9, 3, 3]}]'], /x0 < x1 and y0 < y1/],
  ])('says what is wrong with %j', async (options, message) => {
    const refused = await segment('photos/box.png', ...options);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(message);
    expect(refused.stderr).not.toMatch(/^ +at /m);
  });
});
