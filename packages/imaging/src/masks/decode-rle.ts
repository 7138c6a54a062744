import type { MaskRuns } from './mask-runs.js';
import type { RegionMask } from './region-mask.js';
import {
  FIRST_CHARACTER,
  FIRST_DIFFERENCE,
  GROUP_BITS,
  MAX_CHARACTERS_PER_RUN,
  MORE_FOLLOW_BIT,
  type Rle,
  SIGN_BIT,
} from './rle.js';

export interface RleLimits {
  /** The most pixels the picture may have: width × height. */
  readonly maxPixels: number;
}

/**
 * The mask that a run-length code describes, as the smallest region that holds it. The code may come from anywhere.
 * @throws RangeError when the picture is too large, the text isn't a run-length code, or its runs do not fill the
 *   picture exactly
 */
export function decodeRle(rle: Rle, limits: RleLimits): RegionMask {
  const [height, width] = rle.size;
  requireSize(width, height, limits);
  const runs = readRuns(rle.counts, width * height);
  return fillRegion(runs, height);
}

function requireSize(width: number, height: number, { maxPixels }: RleLimits): void {
  const isSize = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (!isSize || width * height > maxPixels) {
    throw new RangeError(
      `expected the run-length code of a picture of at most ${maxPixels} pixels, got the size ${width} × ${height}`,
    );
  }
}

/**
 * The same mask as its runs of ones, which stay small however large the mask is.
 * @throws RangeError as {@link decodeRle} does
 */
export function decodeRuns(rle: Rle, limits: RleLimits): MaskRuns {
  const [height, width] = rle.size;
  requireSize(width, height, limits);
  const edges: number[] = [];
  forEachRunOfOnes(readRuns(rle.counts, width * height), (start, end) => {
    // Other writers may have runs of 0 without length, which part what belongs together.
    if (edges.at(-1) === start) edges[edges.length - 1] = end;
    else edges.push(start, end);
  });
  return { pictureWidth: width, pictureHeight: height, edges: Uint32Array.from(edges) };
}

/** The length of each run, of 0 and 1 in turn. */
function readRuns(counts: string, pixels: number): number[] {
  // Alternating pixels take one character each; longer numbers are of longer runs, which leave room for fewer.
  const maxCharacters = 2 * pixels + 2 * MAX_CHARACTERS_PER_RUN;
  if (counts.length > maxCharacters) {
    throw new RangeError(
      `expected a run-length code of at most ${maxCharacters} characters for ${pixels} pixels, got ${counts.length}`,
    );
  }
  const runs: number[] = [];
  let covered = 0;
  for (let at = 0; at < counts.length; ) {
    const end = endOfNumber(counts, at);
    const number = readNumber(counts, at, end);
    const run = runs.length < FIRST_DIFFERENCE ? number : number + runs[runs.length - 2]!;
    covered += run;
    if (run < 0 || covered > pixels) {
      throw new RangeError(
        `expected runs that cover ${pixels} pixels, got ${run < 0 ? `one of ${run}` : `more than that`} at ` +
          `character ${at}`,
      );
    }
    runs.push(run);
    at = end;
  }
  if (covered !== pixels) {
    throw new RangeError(`expected runs that cover ${pixels} pixels, got runs that cover ${covered}`);
  }
  return runs;
}

/** Behind the last character of the number that begins at `start`. */
function endOfNumber(counts: string, start: number): number {
  for (let at = start; at < start + MAX_CHARACTERS_PER_RUN; at++) {
    if (at === counts.length) {
      throw new RangeError(
        `expected a whole run-length code, got one that is cut off after ${at} characters`,
      );
    }
    const group = counts.charCodeAt(at) - FIRST_CHARACTER;
    if (group < 0 || group >= 2 * MORE_FOLLOW_BIT) {
      throw new RangeError(
        `expected characters from 0 to o in a run-length code, got ${JSON.stringify(counts[at])} at ${at}`,
      );
    }
    if ((group & MORE_FOLLOW_BIT) === 0) return at + 1;
  }
  throw new RangeError(
    `expected at most ${MAX_CHARACTERS_PER_RUN} characters for a run, got more at character ${start}`,
  );
}

function readNumber(counts: string, start: number, end: number): number {
  let number = 0;
  for (let at = end - 1; at >= start; at--) {
    const group = (counts.charCodeAt(at) - FIRST_CHARACTER) & (2 ** GROUP_BITS - 1);
    const isNegative = at === end - 1 && (group & SIGN_BIT) !== 0;
    number = number * 2 ** GROUP_BITS + (isNegative ? group - 2 ** GROUP_BITS : group);
  }
  return number;
}

function fillRegion(runs: readonly number[], pictureHeight: number): RegionMask {
  const [left, top, right, bottom] = boxOfRuns(runs, pictureHeight);
  const width = right - left;
  const data = new Uint8Array(width * (bottom - top));
  forEachRunOfOnes(runs, (start, end) => {
    let column = Math.floor(start / pictureHeight) - left;
    let row = (start % pictureHeight) - top;
    for (let at = start; at < end; at++) {
      data[row * width + column] = 1;
      if (++row + top === pictureHeight) {
        row = 0;
        column++;
      }
    }
  });
  return { x: left, y: top, width, height: bottom - top, data };
}

function boxOfRuns(
  runs: readonly number[],
  pictureHeight: number,
): [left: number, top: number, right: number, bottom: number] {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, pictureHeight, 0, 0];
  forEachRunOfOnes(runs, (start, end) => {
    const firstColumn = Math.floor(start / pictureHeight);
    const lastColumn = Math.floor((end - 1) / pictureHeight);
    const isInOneColumn = firstColumn === lastColumn;
    left = Math.min(left, firstColumn);
    right = Math.max(right, lastColumn + 1);
    top = isInOneColumn ? Math.min(top, start % pictureHeight) : 0;
    bottom = isInOneColumn ? Math.max(bottom, ((end - 1) % pictureHeight) + 1) : pictureHeight;
  });
  return right === 0 ? [0, 0, 0, 0] : [left, top, right, bottom];
}

/** @param visit gets a run's first position in the picture, column by column, and the one behind its last */
function forEachRunOfOnes(runs: readonly number[], visit: (start: number, end: number) => void): void {
  let start = 0;
  for (let i = 0; i < runs.length; i++) {
    const end = start + runs[i]!;
    if (i % 2 === 1 && end > start) visit(start, end);
    start = end;
  }
}
