import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePicture, pixelsOf } from '@darkroom/imaging';
import {
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeClipModel,
  writeSdModel,
  writeTestModel,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';
import { TestService } from './testing/test-service.js';

vi.setConfig({ testTimeout: 120_000 });

const COLORS = ['--concept', 'a red square', '--concept', 'a green square', '--concept', 'a blue square'];
/** Of one color, but for a margin that is black. */
const [WIDTH, HEIGHT] = [96, 64];

let folder: TestFolder;
let service: TestService;

beforeAll(async () => {
  folder = await TestFolder.create();
  await mkdir(join(folder.root, 'photos'));
  await writePicture('red.png', [255, 0, 0]);
  await writePicture('blue.png', [0, 0, 255]);
  await writePicture('small.png', [0, 255, 0], [48, 32]);
  const graphs = { exported: 'meta' } as const;
  await writeTestModel(folder.models, {
    id: 'sam',
    graph: { encoder: samEncoderGraph(graphs), decoder: samDecoderGraph(graphs) },
    manifest: samManifest(graphs, {
      defaults: { automatic: { points_per_side: 8, stability_score_thresh: 0.8 } },
    }),
  });
  await writeClipModel(folder.models, { id: 'clip', manifest: { defaults: { template: '{}' } } });
  await writeSdModel(folder.models, { id: 'painter' });
  service = await TestService.start(folder.models);
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await folder.delete();
});

/** A box of a color from 20, 10 to 70, 50, as far as the picture goes, on black. */
async function writePicture(name: string, color: readonly number[], [width, height] = [WIDTH, HEIGHT]) {
  const data = new Uint8Array(width! * height! * 3);
  for (let y = 10; y < Math.min(50, height!); y++) {
    for (let x = 20; x < Math.min(70, width!); x++) data.set(color, (y * width! + x) * 3);
  }
  await writeFile(
    join(folder.root, 'photos', name),
    await encodePicture(pixelsOf(data, width!, height!), 'png'),
  );
}

const analyze = (...args: string[]) => folder.run(['analyze', ...args], { DARKROOM_URL: service.url });

/** Runs what must succeed. @returns what it printed */
async function printed(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await analyze(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

const resultOf = async (...args: string[]) => JSON.parse(await printed(...args))[0].result;

describe('analyze', () => {
  it('compares pictures with concepts, and saves overlays', async () => {
    const out = join(folder.root, 'out');
    const stdout = await printed('photos/red.png', 'photos/blue.png', ...COLORS, '--out', out);
    const pictures = JSON.parse(stdout);
    expect(pictures).toMatchObject([
      { status: 'succeeded', model: 'clip', result: { top_concept: 'a red square' } },
      { status: 'succeeded', model: 'clip', result: { top_concept: 'a blue square' } },
    ]);
    expect(pictures[0].result.concepts.map(({ text }: { text: string }) => text)).toEqual(
      COLORS.filter((word) => word !== '--concept'),
    );
    expect((await readdir(out)).sort()).toEqual(['blue.overlay.jpg', 'red.overlay.jpg']);
  });

  it('looks into boxes and at points, each a region, and at regions of a file', async () => {
    const path = await folder.file('regions.json', '[{"points": [{"x": 45, "y": 30}]}]');
    const places = ['--point', '30,20', '--box', '15,5,75,55', '--regions', `@${path}`];
    const { regions } = await resultOf('photos/blue.png', ...COLORS, ...places);
    expect(regions).toHaveLength(3);
    for (const region of regions) {
      expect(region).toMatchObject({ top_concept: 'a blue square', rle: { size: [HEIGHT, WIDTH] } });
    }
  });

  it('takes concepts of a file, one a line or as JSON, and a template', async () => {
    const lines = await folder.file('concepts.txt', '\ufeffa blue, round thing\r\n\r\n  a red square \n');
    const whole = ['--max-regions', '0'];
    const told = async (...args: string[]) => {
      const { concepts } = await resultOf('photos/red.png', ...whole, ...args);
      return concepts.map(({ text }: { text: string }) => text);
    };
    expect(await told('--concepts', `@${lines}`)).toEqual(['a blue, round thing', 'a red square']);
    const json = await folder.file('concepts.json', '["blue", "red"]');
    const more = ['--concept', 'green', '--template', 'a photo of a {}'];
    expect(await told('--concepts', `@${json}`, ...more)).toEqual(['green', 'blue', 'red']);
    expect(await told('--concepts', '["blue"]', '--concept', 'red')).toEqual(['red', 'blue']);
  });

  it('is a table of the top concepts on a terminal, the whole picture first', async () => {
    const text = await printed('photos/red.png', ...COLORS, '--format', 'text');
    expect(text).toMatch(/^picture +result +model +ms +files\nphotos\/red\.png +a red square; 2 regions: /);
    const [heading, whole, ground, box] = text.split('\n\n')[1]!.split('\n');
    expect(heading).toMatch(/^region +area +box +top concept +score +similarity +then$/);
    expect(whole).toMatch(/^ whole +a red square +\d+\.\d % +0\.\d{3} +a (green|blue) square +\d+\.\d %, a /);
    expect(ground).toMatch(/^ {5}0 +6\d\.\d % +0,0,96,64 +a /);
    expect(box).toMatch(/^ {5}1 +3\d\.\d % +(19|20|21),(9|10|11),\d+,\d+ +a red square +\d+\.\d % /);
  });

  it('is CSV with a row for each concept of the whole and of each region', async () => {
    const csv = await printed('photos/red.png', 'photos/blue.png', ...COLORS, '--format', 'csv');
    const rows = csv.trimEnd().split('\n');
    expect(rows[0]).toBe('file_name,job_id,region,x0,y0,x1,y1,area,concept,score,similarity');
    expect(rows[1]).toMatch(/^red\.png,job_\w+,,,,,,,a red square,[01](\.\d+)?,0\.\d+$/);
    expect(rows).toHaveLength(1 + 2 * 3 * 3);
  });

  it('analyzes a picture that it has generated, and saves that too', async () => {
    const out = join(folder.root, 'generated');
    const prompt = 'A red cat!';
    const made = ['--generate', prompt, '--seed', '4294967295', '--steps', '3'];
    const [only] = JSON.parse(await printed(...made, ...COLORS, '--out', out));
    expect(only).toMatchObject({ picture: 'a-red-cat-4294967295', status: 'succeeded', model: 'clip' });
    expect(only.result).toMatchObject({ width: 64, height: 64 });
    const names = ['a-red-cat-4294967295.image-0.png', 'a-red-cat-4294967295.overlay.jpg'];
    expect((await readdir(out)).sort()).toEqual(names);
    expect(only.files.sort()).toEqual(names.map((name) => join(out, name)));
    const again = JSON.parse(await printed(...made, ...COLORS));
    expect(again[0].result).toEqual(only.result);
  });

  it('makes an embedding without any concept', async () => {
    const out = join(folder.root, 'embedding');
    const asked = ['--max-regions', '0', '--outputs', 'embedding', '--out', out];
    const { embedding, concepts } = await resultOf('photos/red.png', ...asked);
    expect(concepts).toEqual([]);
    expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    expect(await readdir(out)).toEqual(['red.embedding.npy']);
  });

  it('tells of one concept alone that its score says nothing', async () => {
    const { exitCode, stdout, stderr } = await analyze(
      'photos/red.png',
      'photos/blue.png',
      '--concept',
      'red',
      '--max-regions',
      '0',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(2);
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^! .*one concept/i)]);
  });

  it('leaves pictures alone that the regions fit, where others are too small', async () => {
    const { exitCode, stdout, stderr } = await analyze('photos', ...COLORS, '--point', '60,40');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).map(({ status }: { status: string }) => status)).toEqual([
      'succeeded',
      'succeeded',
      'rejected',
    ]);
    expect(stderr).toMatch(/small\.png: .*lies outside the picture: it is 48 × 32 pixels/);
  });

  it.each<[string[], number, RegExp]>([
    [['photos/red.png'], 1, /no "concepts" to compare the picture with/],
    [['photos/red.png', '--concept', ' '], 1, /"concepts\/0" is blank/],
    [['photos/red.png', ...COLORS, '--box', '1,2,3,4', '--max-regions', '3'], 1, /Leave one out/],
    [['photos/red.png', ...COLORS, '--segmentation-model', 'painter'], 1, /made for generation/],
    [['photos/red.png', '--concepts', '@missing.txt'], 1, /the concepts cannot be read: .*no such file/],
    [['photos/red.png', '--concepts', 'red'], 2, /expected JSON in --concepts, such as/],
    [['photos/red.png', '--box', '1,2,3'], 2, /Expected x0,y0,x1,y1/],
    [COLORS, 2, /name pictures, or give --generate/],
    [['photos/red.png', '--generate', 'a star', ...COLORS], 2, /give either/],
    [['photos/red.png', '--seed', '7', ...COLORS], 2, /are for --generate/],
    [['--generate', 'a star', '--seed', '-7'], 2, /Expected a whole number/],
  ])('says what is wrong with %j', async (args, code, message) => {
    const refused = await analyze(...args);
    expect(refused.stderr).toMatch(message);
    expect(refused.stderr).not.toMatch(/^ +at /m);
    expect(refused.exitCode).toBe(code);
  });
});
