import type { BlobStore } from '@darkroom/blob-store';
import type { ClassIds } from '@darkroom/imaging';
import type { StoredArtifact } from '@darkroom/jobs';
import { NPY_HEADER_BYTES, readNpyHeader, toFloat32 } from '@darkroom/tensor';

/**
 * So many numbers are made to text at once: a millisecond's work. Pieces much larger make the process grow by a hundred
 * megabytes, for long texts are freed late.
 */
const NUMBERS_AT_ONCE = 4_096;
/** So many such pieces are read at once. */
const PIECES_READ_AT_ONCE = 8;

/**
 * The numbers of a `.npy` file of three dimensions as nested JSON arrays, read from the store piece by piece. What JSON
 * has no number for is `null`.
 * @throws Error when the file is gone, or anything else
 */
export async function* nestedArraysOfNpy(
  { blobKey, name }: StoredArtifact,
  blobs: BlobStore,
): AsyncGenerator<string> {
  const { type, dims, dataOffset } = readNpyHeader(await blobs.getRange(blobKey, 0, NPY_HEADER_BYTES - 1));
  const [planes = 0, height = 0, width = 0] = dims;
  const bytesPerRow = width * (type === 'float32' ? 4 : 2);
  const rowsAtOnce = rowsOf(NUMBERS_AT_ONCE * PIECES_READ_AT_ONCE, width);
  for (let plane = 0; plane < planes; plane++) {
    yield plane === 0 ? '[[' : ',[';
    for (let row = 0; row < height; row += rowsAtOnce) {
      const start = dataOffset + (plane * height + row) * bytesPerRow;
      const length = Math.min(rowsAtOnce, height - row) * bytesPerRow;
      const bytes = await blobs.getRange(blobKey, start, start + length - 1);
      if (bytes.length !== length) throw new Error(`${name} ended early, or is gone`);
      yield* textOfRows(numbersOf(bytes, type), width, row === 0);
    }
    yield ']';
  }
  yield ']';
}

/** Class ids, row by row, as nested JSON arrays. */
export function* nestedArraysOfClassIds(data: ClassIds, width: number): Generator<string> {
  yield '[';
  yield* textOfRows(data, width, true);
  yield ']';
}

function numbersOf(bytes: Buffer, type: 'float32' | 'float16'): Float32Array {
  // A copy, since bytes from a socket begin anywhere.
  const data = new Uint8Array(bytes).buffer;
  if (type === 'float32') return new Float32Array(data);
  const halves = new Uint16Array(data);
  return toFloat32({ type, dims: [halves.length], data: halves }).data;
}

/** `[…],[…]`, piece by piece: plain arrays are made to text faster than typed ones are joined. */
function* textOfRows(
  numbers: Float32Array | ClassIds,
  width: number,
  isBeginning: boolean,
): Generator<string> {
  const numbersAtOnce = rowsOf(NUMBERS_AT_ONCE, width) * width;
  for (let at = 0; at < numbers.length; at += numbersAtOnce) {
    const piece = numbers.subarray(at, at + numbersAtOnce);
    const rows = Array.from({ length: piece.length / width }, (_, row) =>
      Array.from(piece.subarray(row * width, (row + 1) * width)),
    );
    const text = JSON.stringify(rows).slice(1, -1);
    yield isBeginning && at === 0 ? text : `,${text}`;
  }
}

function rowsOf(numbers: number, width: number): number {
  return Math.max(1, Math.floor(numbers / width));
}
