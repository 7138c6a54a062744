import { type Batch, BatchSchema, type DetectionResult } from '@darkroom/contracts';
import { readCoco } from '@darkroom/result-formats/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchResultLine } from '../batch-results.js';
import { readAllEvents } from '../testing/event-reader.js';
import { expectSchema } from '../testing/expect-schema.js';
import { catLeft, greyPhoto, HEIGHT, LABELS, startDetector, WIDTH } from '../testing/start-detector.js';
import type { RunningService } from '../testing/start-service.js';

const PICTURES = 100;
const NO_IMAGE = 13;
const TRUNCATED = 57;
const TOO_LARGE = 99;
const BAD = [NO_IMAGE, TRUNCATED, TOO_LARGE];

const greyOf = (index: number) => 2 * index;
const nameOf = (index: number) => `${index}.png`;

let service: RunningService;
let batch: Batch;
let done: Batch;

beforeAll(async () => {
  service = await startDetector({ variables: { MAX_IMAGE_PIXELS: String(WIDTH * HEIGHT * 2) } });
  const body = new FormData();
  for (let i = 0; i < PICTURES; i++) body.append('image', new Blob([await pictureAt(i)]), nameOf(i));
  body.append('task', 'detection');
  const answer = await service.fetch('/v1/batches', { method: 'POST', body });
  expect(answer.status).toBe(202);
  batch = await expectSchema(answer, BatchSchema);
  const events = await readAllEvents(await fetch(batch.urls.events));
  done = events.at(-1)!.data as Batch;
});
afterAll(() => service.stop());

async function pictureAt(index: number): Promise<Buffer> {
  if (index === NO_IMAGE) return Buffer.from('Not every file is a picture.');
  if (index === TOO_LARGE) return greyPhoto(0, 'png', WIDTH * 2, HEIGHT * 2);
  const picture = await greyPhoto(greyOf(index));
  return index === TRUNCATED ? picture.subarray(0, -30) : picture;
}

const inFormat = (format: string) => fetch(`${batch.urls.result}?format=${format}`);

describe('a hundred pictures with three bad ones', () => {
  it('are 97 results and three reasons', async () => {
    expect(done).toMatchObject({
      total: PICTURES,
      counts: { succeeded: 97, failed: 1, queued: 0, running: 0 },
    });
    expect(done.rejected.map(({ index, file_name, error }) => [index, file_name, error.code])).toEqual([
      [NO_IMAGE, nameOf(NO_IMAGE), 'unsupported_image'],
      [TOO_LARGE, nameOf(TOO_LARGE), 'image_too_many_pixels'],
    ]);
    const text = await (await inFormat('jsonl')).text();
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as BatchResultLine);
    expect(lines.map(({ index, file_name }) => [index, file_name])).toEqual(
      Array.from({ length: PICTURES }, (_, i) => [i, nameOf(i)]),
    );
    const reasons = lines.filter(({ status }) => status !== 'succeeded');
    expect(reasons.map(({ index, status, error }) => [index, status, error?.code])).toEqual([
      [NO_IMAGE, 'rejected', 'unsupported_image'],
      [TRUNCATED, 'failed', 'unsupported_image'],
      [TOO_LARGE, 'rejected', 'image_too_many_pixels'],
    ]);
    for (const { error } of reasons) expect(error!.detail.length).toBeGreaterThan(20);
    expect(reasons[2]!.error!.detail).toContain('MAX_IMAGE_PIXELS');
  });

  it('have each its own boxes, though several share a run', async () => {
    const text = await (await inFormat('jsonl')).text();
    for (const line of text.trimEnd().split('\n')) {
      const { index, result } = JSON.parse(line) as BatchResultLine;
      if (BAD.includes(index)) continue;
      const [cat] = (result as DetectionResult).detections;
      expect(cat!.box[0]).toBeCloseTo(catLeft(greyOf(index)), 1);
    }
  });

  it('are one COCO file', async () => {
    const { images, annotations, categories } = readCoco(await (await inFormat('coco')).text());
    const names = [...images.values()].map(({ file_name }) => file_name);
    expect(names).toEqual(
      Array.from({ length: PICTURES }, (_, i) => i)
        .filter((i) => !BAD.includes(i))
        .map(nameOf),
    );
    expect([...categories.values()].map(({ id, name }) => [id, name])).toEqual([...LABELS.entries()]);
    expect(annotations.size).toBe(97 * 2);
    const cats = [...annotations.values()].filter(({ category_id }) => category_id === 0);
    for (const { image_id, bbox } of cats) {
      const index = Number.parseInt(images.get(image_id as number)!.file_name as string, 10);
      expect((bbox as number[])[0]).toBeCloseTo(catLeft(greyOf(index)), 1);
    }
  });

  it('are a table, and a zip of label files', async () => {
    const rows = (await (await inFormat('csv')).text()).trimEnd().split('\n');
    expect(rows).toHaveLength(1 + 97 * 2);
    expect(rows[1]).toMatch(/^0\.png,job_\w+,0,0,cat,0\.9,16,16,48,48,1024$/);
    const zip = await inFormat('yolo');
    expect(zip.headers.get('content-type')).toBe('application/zip');
    const bytes = Buffer.from(await zip.arrayBuffer());
    // Each file's name is there twice: before its bytes, and in the list at the end.
    expect(bytes.toString('latin1').match(/labels\/\d+\.txt/g)).toHaveLength(97 * 2);
  });
});
