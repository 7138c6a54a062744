import { readFile } from 'node:fs/promises';
import type { DetectionResult, Rle } from '@darkroom/contracts';
import { type Box, clipBox, decodeImage, decodeRle, type Pixels } from '@darkroom/imaging';
import { decodeNpy } from '@darkroom/tensor';
import { expect } from 'vitest';

const FOLDER = new URL('../../golden/', import.meta.url);

const MAX_PIXELS = 1e6;

export const goldenFile = (path: string): Promise<Buffer> => readFile(new URL(path, FOLDER));

export async function goldenPicture(path: string): Promise<Pixels> {
  return decodeImage(await goldenFile(path), { maxPixels: MAX_PIXELS });
}

export async function goldenTensor(path: string) {
  return decodeNpy(await goldenFile(path));
}

/** One detection of an original, boxes in pixels of the picture and not clipped to it. */
export interface GoldenDetection {
  readonly classId: number;
  readonly score: number;
  readonly box: readonly number[];
}

/** The same classes in the same order, scores within 0.0001, boxes within 0.02 pixels. */
export function expectSameDetections(result: DetectionResult, golden: readonly GoldenDetection[]): void {
  const { detections, width, height } = result;
  expect(detections.map(({ class_id }) => class_id)).toEqual(golden.map(({ classId }) => classId));
  for (const [i, { score, box }] of golden.entries()) {
    expect(Math.abs(detections[i]!.score - score)).toBeLessThan(1e-4);
    for (const [edge, value] of clipBox(box as unknown as Box, width, height).entries()) {
      expect(Math.abs(detections[i]!.box[edge]! - value)).toBeLessThan(0.02);
    }
  }
}

/** A mask on the whole picture, 0 or 1 for each pixel. */
export function wholeMask({ size, counts }: Rle): Uint8Array {
  const [height, width] = size as [number, number];
  const mask = decodeRle({ size: [height, width], counts }, { maxPixels: MAX_PIXELS });
  const whole = new Uint8Array(width * height);
  for (let row = 0; row < mask.height; row++) {
    const line = mask.data.subarray(row * mask.width, (row + 1) * mask.width);
    whole.set(line, (mask.y + row) * width + mask.x);
  }
  return whole;
}

/** One of several masks that are kept as one picture, one below the other. */
export function maskInStack(stack: Pixels, index: number, height: number): Uint8Array {
  const pixels = stack.width * height;
  return Uint8Array.from({ length: pixels }, (_, i) => (stack.data[(index * pixels + i) * 3]! > 0 ? 1 : 0));
}

export function countDifferent(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + (value === b[i] ? 0 : 1), 0);
}
