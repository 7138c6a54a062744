import type { Rle } from '@darkroom/contracts';
import { decodeRle } from '@darkroom/imaging';

const MAX_PIXELS = 1e7;

/** COCO's uncompressed run lengths: down the columns, zeros first. */
export interface RunLengths {
  readonly size: readonly [height: number, width: number];
  readonly counts: readonly number[];
}

/** A mask of a result as 0 or 1 for each pixel of the picture, row by row. */
export function wholeMask(rle: Rle): Uint8Array {
  const [height, width] = rle.size as [number, number];
  const mask = decodeRle({ size: [height, width], counts: rle.counts }, { maxPixels: MAX_PIXELS });
  const whole = new Uint8Array(width * height);
  for (let row = 0; row < mask.height; row++) {
    const line = mask.data.subarray(row * mask.width, (row + 1) * mask.width);
    whole.set(line, (mask.y + row) * width + mask.x);
  }
  return whole;
}

/** A mask of golden data, likewise. */
export function wholeGoldenMask({ size, counts }: RunLengths): Uint8Array {
  const [height, width] = size;
  const whole = new Uint8Array(width * height);
  let at = 0;
  for (const [index, count] of counts.entries()) {
    for (const end = at + count; at < end; at++) {
      whole[(at % height) * width + Math.floor(at / height)] = index % 2;
    }
  }
  if (at !== whole.length) throw new Error(`expected runs of ${whole.length} pixels together, got ${at}`);
  return whole;
}

/** Intersection over union; of two empty masks 1. */
export function maskOverlap(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (const [at, value] of a.entries()) {
    both += value & b[at]!;
    either += value | b[at]!;
  }
  return either === 0 ? 1 : both / either;
}
