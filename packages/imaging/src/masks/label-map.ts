import { type MaskRuns, regionMaskFromRuns } from './mask-runs.js';

/** 16 bits count no further. */
const MOST_LABELS = 0xffff;

/**
 * Which mask each pixel of a picture shows: 0 for none, n for `masks[n - 1]`. Of several, the smallest; of equally large
 * ones, the first.
 * @param areas of the masks, in pixels
 * @returns row by row
 * @throws RangeError when there are more masks than 16 bits can count
 */
export function labelMap(
  masks: readonly MaskRuns[],
  areas: readonly number[],
  pictureWidth: number,
  pictureHeight: number,
): Uint16Array {
  if (masks.length > MOST_LABELS) {
    throw new RangeError(`expected at most ${MOST_LABELS} masks, got ${masks.length}`);
  }
  const labels = new Uint16Array(pictureWidth * pictureHeight);
  const largestFirst = Array.from(masks.keys()).sort((a, b) => areas[b]! - areas[a]! || b - a);
  for (const index of largestFirst) {
    const { x, y, width, height, data } = regionMaskFromRuns(masks[index]!);
    for (let row = 0; row < height; row++) {
      const from = row * width;
      const to = (y + row) * pictureWidth + x;
      for (let column = 0; column < width; column++) {
        if (data[from + column] === 1) labels[to + column] = index + 1;
      }
    }
  }
  return labels;
}
