import type { SegmentedMask } from '@darkroom/contracts';
import { decodeRle, type Size } from '@darkroom/imaging';

/**
 * Intersection over union of a mask in a result and one of a 1 or 0 for each pixel, row by row.
 * @returns 1 where both are empty
 */
export function maskOverlap(
  { rle }: Pick<SegmentedMask, 'rle'>,
  other: Uint8Array,
  { width, height }: Size,
): number {
  if (!rle) throw new Error('expected the mask as a run-length code');
  const region = decodeRle({ size: [height, width], counts: rle.counts }, { maxPixels: width * height });
  let both = 0;
  let inRegion = 0;
  for (let y = 0; y < region.height; y++) {
    for (let x = 0; x < region.width; x++) {
      if (region.data[y * region.width + x] === 0) continue;
      inRegion++;
      both += other[(region.y + y) * width + region.x + x]!;
    }
  }
  const either = inRegion + other.reduce((sum, value) => sum + value, 0) - both;
  return either === 0 ? 1 : both / either;
}
