import {
  type Detection,
  type DetectionResult,
  DetectionResultSchema,
  type Job,
  JobSchema,
} from '@darkroom/contracts';
import { decodeImage, decodeRle, formatColor, parseColor } from '@darkroom/imaging';
import { readCoco } from '@darkroom/result-formats/testing';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../testing/expect-problem.js';
import { expectSchema } from '../testing/expect-schema.js';
import { DETECTOR, greyPhoto, HEIGHT, LABELS, startDetector, WIDTH } from '../testing/start-detector.js';
import type { RunningService } from '../testing/start-service.js';
import { formSubmission, jsonSubmission, rawSubmission } from '../testing/submission.js';

let service: RunningService;
let photo: Buffer;

beforeAll(async () => {
  [service, photo] = await Promise.all([startDetector(), greyPhoto(0)]);
});
afterAll(() => service.stop());

const CAT_BOX = [16, 16, 48, 48];
const DOG_BOX = [72, 16, 120, 48];
const BIRD_BOX = [8, 0, 24, 16];

/** Submits the photo in a form with these fields, and waits for the end. */
async function detected(
  fields: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<{ job: Job; result: DetectionResult }> {
  const answer = await service.fetch('/v1/detection?wait=30', formSubmission(photo, fields, 'zoo.png'));
  const job = await expectSchema(answer, JobSchema);
  expect(job.error).toBeNull();
  expect(Value.Errors(DetectionResultSchema, job.result)).toEqual([]);
  return { job, result: job.result as DetectionResult };
}

async function artifact(job: Job, name: string): Promise<Buffer> {
  const { url } = job.artifacts.find((one) => one.name === name)!;
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

const pixels = (bytes: Buffer) => decodeImage(bytes, { maxPixels: 1e6 });
const labelsIn = ({ detections }: DetectionResult) => detections.map(({ label }) => label);

describe('what was found', () => {
  it('comes best first, in pixels of the picture, with its mask as runs', async () => {
    const { job, result } = await detected();
    expect(job).toMatchObject({ task: 'detection', model: DETECTOR, status: 'succeeded', artifacts: [] });
    expect(job.input).toMatchObject({ score_threshold: 0.25, iou_threshold: 0.7, mask_format: 'rle' });
    expect(result).toMatchObject({ width: WIDTH, height: HEIGHT, counts: { cat: 1, dog: 1 } });
    const [cat, dog] = result.detections;
    expect(result.detections).toHaveLength(2);
    expect(cat).toMatchObject({
      index: 0,
      class_id: 0,
      label: 'cat',
      score: 0.9,
      box: CAT_BOX,
      area: 1024,
      crop: null,
    });
    expect(dog).toMatchObject({ index: 1, class_id: 1, label: 'dog', score: 0.6, box: DOG_BOX });
    expect(maskOf(dog!).reduce((sum, value) => sum + value, 0)).toBe(dog!.area);
    // The hole is two cells of eight pixels wide and high.
    expect(dog!.area).toBeLessThan(48 * 32 - 12 * 12);
    expect(dog!.area).toBeGreaterThan(48 * 32 - 20 * 20);
  });

  it('is narrowed down by score, overlap, number and class', async () => {
    expect(labelsIn((await detected({ score_threshold: '0.1' })).result)).toEqual(['cat', 'dog', 'bird']);
    expect(labelsIn((await detected({ score_threshold: '0.7' })).result)).toEqual(['cat']);
    expect(labelsIn((await detected({ iou_threshold: '1' })).result)).toEqual(['cat', 'cat', 'dog']);
    expect(labelsIn((await detected({ max_detections: '1', classes: 'dog' })).result)).toEqual(['dog']);
    const { job, result } = await detected({ classes: ['bird', '1'] });
    expect(job.input).toMatchObject({ classes: ['bird', 1] });
    expect(result.counts).toEqual({ dog: 1, bird: 0 });
  });

  it('is named by classes that the model knows, or the request is refused with those near', async () => {
    const submit = (classes: unknown) =>
      service.fetch(
        '/v1/detection',
        jsonSubmission({ image: { base64: photo.toString('base64') }, classes }),
      );
    const misspelt = await expectProblem(await submit(['cat', 'dogs']), 'invalid_field');
    expect(misspelt.detail).toContain('Did you mean "dog"?');
    expect(misspelt.errors![0]!.pointer).toBe('#/classes/1');
    expect((await expectProblem(await submit([3]), 'invalid_field')).detail).toContain('cat, dog, bird');
  });
});

function maskOf({ rle }: Detection): Uint8Array {
  const [height, width] = rle!.size;
  return decodeRle({ size: [height!, width!], counts: rle!.counts }, { maxPixels: WIDTH * HEIGHT }).data;
}

describe('masks', () => {
  it('come as polygons with holes', async () => {
    const { result } = await detected({ mask_format: 'polygon', polygon_tolerance: '0' });
    const [cat, dog] = result.detections;
    expect(cat!.polygons).toEqual([
      [
        [
          [16, 16],
          [48, 16],
          [48, 48],
          [16, 48],
          [16, 16],
        ],
      ],
    ]);
    expect(dog!.polygons).toHaveLength(1);
    const [outer, hole] = dog!.polygons![0]!;
    expect(Math.abs(areaOf(outer!)) - Math.abs(areaOf(hole!))).toBe(dog!.area);
    expect(Math.abs(areaOf(outer!))).toBe(48 * 32);
  });

  it('come as pictures', async () => {
    const { job, result } = await detected({ mask_format: 'png' });
    expect(result.detections.map((one) => one.artifact)).toEqual(['mask-0.png', 'mask-1.png']);
    expect(job.artifacts.map(({ name, role, index }) => [name, role, index])).toEqual([
      ['mask-0.png', 'mask', 0],
      ['mask-1.png', 'mask', 1],
    ]);
    const mask = await pixels(await artifact(job, 'mask-1.png'));
    expect([mask.width, mask.height]).toEqual([WIDTH, HEIGHT]);
    expect(mask.data.filter((value) => value === 255)).toHaveLength(result.detections[1]!.area * 3);
  });

  it('do not come where nobody wants them', async () => {
    const { result } = await detected({ mask_format: 'none' });
    for (const one of result.detections) expect(Object.keys(one)).not.toContain('rle');
    expect(result.detections[1]!.area).toBe(48 * 32);
  });
});

/** By the shoelace formula. */
function areaOf(ring: readonly number[][]): number {
  return ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i]![0]! * y! - x! * ring[i]![1]!) / 2, 0);
}

describe('pictures', () => {
  it('show boxes and masks in the colours of the labels', async () => {
    const { job } = await detected({ outputs: 'overlay', output_format: 'png' });
    expect(job.artifacts).toMatchObject([
      { name: 'overlay.png', role: 'overlay', width: WIDTH, height: HEIGHT },
    ]);
    const overlay = await pixels(await artifact(job, 'overlay.png'));
    const at = (x: number, y: number) => [
      ...overlay.data.subarray((y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3),
    ];
    const model = (await (await service.fetch(`/v1/models/${DETECTOR}`)).json()) as {
      labels: { color: string }[];
    };
    const [cat, dog] = model.labels.map(({ color }) => parseColor(color));
    expect(formatColor(at(16, 30) as never)).toBe(model.labels[0]!.color);
    expect(at(119, 30)).toEqual([...dog!]);
    // Inside the mask the colour is half transparent on black; in the hole of the dog there is none.
    expect(at(30, 44)).toEqual(cat!.map((value) => Math.round(value * 0.4)));
    expect(at(96, 32)).toEqual([0, 0, 0]);
    expect(at(60, 60)).toEqual([0, 0, 0]);
  });

  it('show each thing alone', async () => {
    const { job, result } = await detected({ outputs: ['crops'], crop_padding: '4' });
    expect(result.detections.map(({ crop }) => crop)).toEqual(['crop-0.jpg', 'crop-1.jpg']);
    expect(job.artifacts.map(({ role, index, width, height }) => [role, index, width, height])).toEqual([
      ['crop', 0, 40, 40],
      ['crop', 1, 56, 40],
    ]);
    const crop = await pixels(await artifact(job, 'crop-1.jpg'));
    expect([crop.width, crop.height]).toEqual([56, 40]);
  });

  it('are the answer where a picture is asked for', async () => {
    const answer = await service.fetch('/v1/detection', {
      ...rawSubmission(photo),
      headers: { 'content-type': 'image/png', accept: 'image/webp' },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const overlay = await pixels(Buffer.from(await answer.arrayBuffer()));
    expect([overlay.width, overlay.height]).toEqual([WIDTH, HEIGHT]);
  });
});

describe('the result in a common format', () => {
  const inFormat = (job: Job, format: string) => fetch(`${job.urls.result}?format=${format}`);

  it('is COCO, with masks as runs or polygons', async () => {
    for (const mask_format of ['rle', 'polygon']) {
      const { job, result } = await detected({ mask_format, polygon_tolerance: '0' });
      const answer = await inFormat(job, 'coco');
      expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
      const { images, annotations, categories } = readCoco(await answer.text());
      expect([...images.values()]).toEqual([{ id: 1, file_name: 'zoo.png', width: WIDTH, height: HEIGHT }]);
      expect([...categories.values()].map(({ name }) => name)).toEqual(LABELS);
      expect([...annotations.values()]).toMatchObject(
        result.detections.map(({ class_id, score, area, box: [x0, y0, x1, y1] }) => ({
          image_id: 1,
          category_id: class_id,
          score,
          area,
          bbox: [x0, y0, x1! - x0!, y1! - y0!],
        })),
      );
      if (mask_format === 'rle') expect(annotations.get(2)!.segmentation).toEqual(result.detections[1]!.rle);
    }
  });

  it('is lines of YOLO', async () => {
    const { job } = await detected({ score_threshold: '0.1' });
    const answer = await inFormat(job, 'yolo');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain\b/);
    const lines = [CAT_BOX, DOG_BOX, BIRD_BOX].map(([x0, y0, x1, y1], classId) => {
      const relative = [
        (x0! + x1!) / 2 / WIDTH,
        (y0! + y1!) / 2 / HEIGHT,
        (x1! - x0!) / WIDTH,
        (y1! - y0!) / HEIGHT,
      ];
      return `${classId} ${relative.map((value) => value.toFixed(6)).join(' ')}\n`;
    });
    expect(await answer.text()).toBe(lines.join(''));
  });

  it('is a table', async () => {
    const { job, result } = await detected();
    const [heading, ...rows] = (await (await inFormat(job, 'csv')).text()).trimEnd().split('\n');
    expect(heading).toBe('file_name,job_id,index,class_id,label,score,x0,y0,x1,y1,area');
    expect(rows).toEqual([
      `zoo.png,${job.id},0,0,cat,0.9,16,16,48,48,1024`,
      `zoo.png,${job.id},1,1,dog,0.6,72,16,120,48,${result.detections[1]!.area}`,
    ]);
  });
});
