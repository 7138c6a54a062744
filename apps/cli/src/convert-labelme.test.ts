import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeGrey8 } from '@darkroom/imaging';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runDarkroom } from './testing/run-darkroom.js';

vi.setConfig({ testTimeout: 60_000 });

let root: string;
let picture: Buffer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-labelme-'));
  picture = await encodeGrey8(new Uint8Array(80 * 60).fill(120), 80, 60);
});
afterAll(() => rm(root, { recursive: true }));

const shape = (fields: object) => ({
  label: 'cat',
  shape_type: 'polygon',
  group_id: null,
  flags: {},
  ...fields,
});
const square = (x: number, y: number, side: number) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];
const labels = (shapes: readonly object[], fields: object = {}) => ({
  version: '5.4.1',
  imagePath: 'a.png',
  imageData: null,
  imageWidth: 80,
  imageHeight: 60,
  shapes,
  ...fields,
});

/** A folder with files of these names: pictures, texts, or JSON. */
async function folderOf(name: string, files: Readonly<Record<string, unknown>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    const whole = join(root, name, path);
    await mkdir(dirname(whole), { recursive: true });
    const isPlain = typeof content === 'string' || Buffer.isBuffer(content);
    await writeFile(whole, isPlain ? (content as string) : JSON.stringify(content));
  }
  return join(root, name);
}

const convert = (folder: string, ...options: string[]) =>
  runDarkroom(['convert', 'labelme', folder, '--to', 'coco', ...options], { cwd: root });

describe('convert labelme', () => {
  it('makes polygons, rectangles and circles into annotations with boxes and areas', async () => {
    const folder = await folderOf('plain', {
      'a.png': picture,
      'a.json': labels([
        shape({
          points: [
            [10, 10],
            [30, 10],
            [10, 30],
          ],
        }),
        shape({
          label: 'dog',
          shape_type: 'rectangle',
          points: [
            [50, 40],
            [40, 20],
          ],
        }),
        shape({
          label: 'ball',
          shape_type: 'circle',
          points: [
            [40, 30],
            [40, 40],
          ],
        }),
      ]),
    });
    const { exitCode, stdout, stderr } = await convert(folder);
    expect(stderr).toContain('3 things on 1 picture; classes: 1 ball, 2 cat, 3 dog');
    expect(exitCode).toBe(0);
    const { images, annotations, categories } = JSON.parse(stdout);
    expect(images).toEqual([{ id: 1, file_name: 'a.png', width: 80, height: 60 }]);
    expect(categories.map(({ id, name }: { id: number; name: string }) => [id, name])).toEqual([
      [1, 'ball'],
      [2, 'cat'],
      [3, 'dog'],
    ]);
    const [triangle, rectangle, circle] = annotations;
    expect(triangle).toEqual({
      id: 1,
      image_id: 1,
      category_id: 2,
      bbox: [10, 10, 20, 20],
      area: 200,
      segmentation: [[10, 10, 30, 10, 10, 30]],
      iscrowd: 0,
    });
    expect(rectangle).toMatchObject({ bbox: [40, 20, 10, 20], area: 200 });
    expect(circle.area).toBeGreaterThan(0.94 * Math.PI * 100);
    expect(circle.area).toBeLessThan(Math.PI * 100);
    expect(circle.bbox[0]).toBeGreaterThanOrEqual(30);
    expect(circle.bbox[3]).toBeLessThanOrEqual(20);
  });

  it('takes shapes of one label and group for one thing of several parts', async () => {
    const folder = await folderOf('groups', {
      'a.png': picture,
      'a.json': labels([
        shape({ group_id: 1, points: square(0, 0, 10) }),
        shape({ group_id: 1, points: square(20, 20, 10) }),
        shape({ group_id: 1, label: 'dog', points: square(40, 0, 10) }),
        shape({ points: square(60, 0, 10) }),
        shape({ points: square(60, 40, 10) }),
      ]),
    });
    const { annotations } = JSON.parse((await convert(folder)).stdout);
    expect(annotations.map(({ segmentation }: { segmentation: unknown[] }) => segmentation.length)).toEqual([
      2, 1, 1, 1,
    ]);
    expect(annotations[0]).toMatchObject({ bbox: [0, 0, 30, 30], area: 200 });
  });

  it('cuts off what lies beside the picture, and says which shapes enclose nothing', async () => {
    const folder = await folderOf('edges', {
      'a.png': picture,
      'a.json': labels([
        shape({ points: square(-10, -10, 30) }),
        shape({ points: square(100, 100, 30) }),
        shape({
          points: [
            [1, 1],
            [5, 5],
          ],
        }),
        shape({ shape_type: 'point', points: [[1, 1]] }),
        shape({
          shape_type: 'linestrip',
          points: [
            [1, 1],
            [5, 5],
          ],
        }),
      ]),
    });
    const { exitCode, stdout, stderr } = await convert(folder);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).annotations).toMatchObject([{ bbox: [0, 0, 20, 20], area: 400 }]);
    expect(stderr).toContain('2 shapes (polygon) without an area in the picture');
    expect(stderr).toContain('1 shape of the type point; expected polygon, rectangle, circle');
    expect(stderr).toContain('1 shape of the type linestrip');
  });

  it('cuts off what lies beside the picture along its edges, and not corner by corner', async () => {
    const folder = await folderOf('cut', {
      'a.png': picture,
      'a.json': labels([
        shape({
          points: [
            [40, -20],
            [60, 20],
            [20, 20],
          ],
        }),
        // It leaves the picture on the right, and comes back.
        shape({
          points: [
            [60, 0],
            [100, 0],
            [100, 50],
            [60, 50],
            [60, 40],
            [90, 40],
            [90, 10],
            [60, 10],
          ],
        }),
        // All around the picture.
        shape({ points: square(-500, -500, 1500) }),
      ]),
    });
    const { annotations } = JSON.parse((await convert(folder)).stdout);
    expect(annotations.map(({ area }: { area: number }) => area)).toEqual([600, 400, 4800]);
    expect(annotations[0]).toMatchObject({
      bbox: [20, 0, 40, 20],
      segmentation: [[30, 0, 50, 0, 60, 20, 20, 20]],
    });
    expect(annotations[1].bbox).toEqual([60, 0, 20, 50]);
    expect(annotations[2].bbox).toEqual([0, 0, 80, 60]);
  });

  it('takes blanks around a label, and a mark before a file, for what they are', async () => {
    const folder = await folderOf('slips', {
      'a.png': picture,
      'a.json': `\ufeff${JSON.stringify(labels([shape({ label: 'cat ', points: square(0, 0, 9) })]))}`,
    });
    const { exitCode, stdout } = await convert(folder);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).categories).toMatchObject([{ id: 1, name: 'cat' }]);
  });

  it('refuses classes that stand twice, or in another encoding', async () => {
    const folder = await folderOf('classes', {
      'a.png': picture,
      'a.json': labels([]),
      'twice.txt': 'cat\ndog\ncat\n',
      'latin.txt': Buffer.from('v\u00f6gel\n', 'latin1'),
    });
    const twice = await convert(folder, '--labels', join(folder, 'twice.txt'));
    expect(twice).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('names the class “cat” twice'),
    });
    const latin = await convert(folder, '--labels', join(folder, 'latin.txt'));
    expect(latin).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('expected text in UTF-8') });
  });

  it('takes the classes in the order of a file, and without those that labelme’s lists begin with', async () => {
    const folder = await folderOf('ordered', {
      'a.png': picture,
      'a.json': labels([
        shape({ points: square(0, 0, 9) }),
        shape({ label: 'cow', points: square(0, 0, 9) }),
      ]),
      'labels.txt': '__ignore__\n_background_\ndog\ncat\n',
    });
    const { stdout, stderr } = await convert(folder, '--labels', join(folder, 'labels.txt'));
    const { annotations, categories } = JSON.parse(stdout);
    expect(categories).toMatchObject([
      { id: 1, name: 'dog' },
      { id: 2, name: 'cat' },
    ]);
    expect(annotations).toMatchObject([{ category_id: 2 }]);
    expect(stderr).toContain('1 shape of the label “cow”, which is none of those given');
  });

  it('writes a new file, overwrites none, and doesn’t take it for one of labelme’s', async () => {
    const folder = await folderOf('output', {
      'a.png': picture,
      'a.json': labels([shape({ points: square(0, 0, 9) })]),
      'within/b.png': picture,
      'within/b.json': labels([], { imagePath: '..\\within\\b.png' }),
    });
    const output = join(folder, 'annotations.json');
    const first = await convert(folder, '--output', output);
    expect(first).toMatchObject({ exitCode: 0, stdout: '' });
    const written = await readFile(output, 'utf8');
    expect(JSON.parse(written).images).toMatchObject([{ file_name: 'a.png' }, { file_name: 'within/b.png' }]);
    const nowhere = await convert(folder, '--output', join(folder, 'nowhere', 'annotations.json'));
    expect(nowhere).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('there is no folder') });
    const second = await convert(folder, '--output', output);
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toContain('exists, and nothing is overwritten');
    expect(await readFile(output, 'utf8')).toBe(written);
  });

  it('finds a picture beside its file when the folder has moved', async () => {
    const folder = await folderOf('moved', {
      'a.png': picture,
      'a.json': labels([], { imagePath: 'C:\\Users\\someone\\photos\\a.png' }),
    });
    expect(JSON.parse((await convert(folder)).stdout).images).toMatchObject([{ file_name: 'a.png' }]);
  });

  it('refuses what is not what it seems, and converts the others', async () => {
    const folder = await folderOf('hostile', {
      'good.png': picture,
      'good.json': labels([], { imagePath: 'good.png' }),
      'missing.json': labels([], { imagePath: 'nowhere.png' }),
      'other-size.json': labels([], { imagePath: 'good.png', imageWidth: 1e9, imageHeight: -4 }),
      'outside.json': labels([], { imagePath: '../secrets/a.png' }),
      'absolute.json': labels([], { imagePath: '/etc/hostname' }),
      'no-picture.json': labels([], { imagePath: 'good.json' }),
      'damaged.json': '{"shapes": [',
      'words.json': labels([shape({ points: [['1', 2]] })]),
      'three.json': labels([shape({ points: [[1, 2, 3]] })]),
      'no-label.json': labels([shape({ label: '', points: [] })]),
      'deep.json': `{"imagePath": "good.png", "shapes": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      'another-kind.json': { images: [], annotations: [] },
    });
    const secrets = await folderOf('secrets', { 'a.png': picture, 'a.json': labels([]) });
    await symlink(join(secrets, 'a.png'), join(folder, 'link.png'));
    await writeFile(join(folder, 'linked.json'), JSON.stringify(labels([], { imagePath: 'link.png' })));
    await symlink(join(secrets, 'a.json'), join(folder, 'linked-labels.json'));
    const { exitCode, stdout, stderr } = await convert(folder);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).images).toMatchObject([{ file_name: 'good.png' }]);
    const told = Object.fromEntries(
      stderr.split('\n').flatMap((line) => {
        const [, name, problem] = /^✗ (.+?)\.json: (.*)$/.exec(line) ?? [];
        return name ? [[name, problem]] : [];
      }),
    );
    expect(told).toMatchObject({
      missing: expect.stringContaining('its picture nowhere.png is missing'),
      'other-size': expect.stringContaining('but its picture good.png has 80 × 60'),
      outside: expect.stringContaining('lies outside of the folder'),
      absolute: expect.stringContaining('lies outside of the folder'),
      linked: expect.stringContaining('lies outside of the folder'),
      'no-picture': expect.stringContaining('good.json'),
      damaged: expect.stringContaining('is not valid JSON'),
      words: expect.stringContaining('#/shapes/0/points/0/0'),
      three: expect.stringContaining('#/shapes/0/points/0'),
      'no-label': expect.stringContaining('#/shapes/0/label'),
      deep: 'is nested deeper than any file of labelme',
    });
    expect(Object.keys(told).length).toBe(11);
  });

  it('refuses more shapes, points and bytes than a person draws', async () => {
    const folder = await folderOf('large', {
      'a.png': picture,
      'shapes.json': labels(Array.from({ length: 10_001 }, () => shape({ points: [] }))),
      'points.json': labels([shape({ points: Array.from({ length: 100_001 }, () => [1, 1]) })]),
      'bytes.json': Buffer.alloc(128 * 1024 * 1024 + 1, ' '),
    });
    const { exitCode, stderr } = await convert(folder);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/✗ shapes\.json: #\/shapes expected/);
    expect(stderr).toMatch(/✗ points\.json: #\/shapes\/0\/points expected/);
    expect(stderr).toMatch(/✗ bytes\.json: expected at most 134217728 bytes, got 134217729/);
  });

  it('says what is missing', async () => {
    expect((await convert(join(root, 'nowhere'))).stderr).toContain('there is no folder');
    const empty = await folderOf('empty', { 'notes.txt': 'nothing' });
    expect((await convert(empty)).stderr).toContain('labelme has written nothing');
    const unnamed = await runDarkroom(['convert', 'labelme', empty], { cwd: root });
    expect(unnamed.exitCode).toBe(2);
    expect(unnamed.stderr).toContain('--to');
  });
});
