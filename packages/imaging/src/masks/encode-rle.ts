import { type RegionMask, requireInPicture } from './region-mask.js';
import {
  FIRST_CHARACTER,
  FIRST_DIFFERENCE,
  GROUP_BITS,
  MAX_CHARACTERS_PER_RUN,
  MORE_FOLLOW_BIT,
  type Rle,
  SIGN_BIT,
} from './rle.js';

/**
 * A mask in COCO's run-length code, the same in every byte as pycocotools writes it. Takes time and memory for the
 * region, not for the picture.
 * @throws RangeError when the mask reaches out of the picture
 */
export function encodeRle(mask: RegionMask, pictureWidth: number, pictureHeight: number): Rle {
  requireInPicture(mask, pictureWidth, pictureHeight);
  return encodeChanges(findChanges(mask, pictureHeight), pictureWidth, pictureHeight);
}

/** @param changes where a mask changes between 0 and 1, as positions in the picture column by column, rising */
export function encodeChanges(
  changes: Float64Array | Uint32Array,
  pictureWidth: number,
  pictureHeight: number,
): Rle {
  const writer = new RunWriter(changes.length + 1);
  let runStart = 0;
  for (let i = 0; i < changes.length; i++) {
    // A run that goes on at the top of the next column has two changes at one place: none.
    if (changes[i] === changes[i + 1]) i++;
    else {
      writer.write(changes[i]! - runStart);
      runStart = changes[i]!;
    }
  }
  const pixels = pictureWidth * pictureHeight;
  if (runStart < pixels || pixels === 0) writer.write(pixels - runStart);
  return { size: [pictureHeight, pictureWidth], counts: writer.text() };
}

/**
 * Where the mask changes between 0 and 1, as positions in the picture column by column, rising. Each column is taken
 * as if 0 came before and after it. Goes through the region row by row, as it lies in memory: once to count the
 * changes of each column, once to put them into their places.
 */
function findChanges(mask: RegionMask, pictureHeight: number): Float64Array {
  const { x, y, width } = mask;
  const placeOf = new Uint32Array(width + 1);
  forEachChange(mask, (column) => placeOf[column + 1]!++);
  for (let column = 0; column < width; column++) placeOf[column + 1]! += placeOf[column]!;
  const changes = new Float64Array(placeOf[width]!);
  forEachChange(mask, (column, row) => {
    changes[placeOf[column]!++] = (x + column) * pictureHeight + y + row;
  });
  return changes;
}

function forEachChange(
  { width, height, data }: RegionMask,
  visit: (column: number, row: number) => void,
): void {
  const outside = new Uint8Array(width);
  let above: Uint8Array = outside;
  for (let row = 0; row <= height; row++) {
    const pixels = row < height ? data.subarray(row * width, (row + 1) * width) : outside;
    for (let column = 0; column < width; column++) {
      if (pixels[column] !== above[column]) visit(column, row);
    }
    above = pixels;
  }
}

class RunWriter {
  readonly #bytes: Buffer;
  #length = 0;
  #runs = 0;
  /** The last run and the one before it. */
  #last = 0;
  #secondLast = 0;

  constructor(maxRuns: number) {
    this.#bytes = Buffer.allocUnsafe(maxRuns * MAX_CHARACTERS_PER_RUN);
  }

  write(run: number): void {
    let rest = this.#runs++ < FIRST_DIFFERENCE ? run : run - this.#secondLast;
    this.#secondLast = this.#last;
    this.#last = run;
    for (let isDone = false; !isDone; ) {
      const group = rest & (2 ** GROUP_BITS - 1);
      // No shift: a run may need more than the 31 bits that shifts keep.
      rest = Math.floor(rest / 2 ** GROUP_BITS);
      isDone = rest === ((group & SIGN_BIT) === 0 ? 0 : -1);
      this.#bytes[this.#length++] = FIRST_CHARACTER + (isDone ? group : group | MORE_FOLLOW_BIT);
    }
  }

  text(): string {
    return this.#bytes.toString('latin1', 0, this.#length);
  }
}
