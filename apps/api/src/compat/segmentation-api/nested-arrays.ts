import type { BlobStore } from '@darkroom/blob-store';
import type { ClassIds } from '@darkroom/imaging';
import type { StoredArtifact } from '@darkroom/jobs';
import { NPY_HEADER_BYTES, readNpyHeader, toFloat32 } from '@darkroom/tensor';

/** So many numbers are made to text at once: a few milliseconds' work, and a few hundred kilobytes. */
const NUMBERS_AT_ONCE = 32_768;

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
  const bytesPerNumber = type === 'float32' ? 4 : 2;
  const rowsAtOnce = Math.max(1, Math.floor(NUMBERS_AT_ONCE / width));
  for (let plane = 0; plane < planes; plane++) {
    yield plane === 0 ? '[[' : ',[';
    for (let row = 0; row < height; row += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, height - row) * width;
      const start = dataOffset + (plane * height + row) * width * bytesPerNumber;
      const bytes = await blobs.getRange(blobKey, start, start + count * bytesPerNumber - 1);
      if (bytes.length !== count * bytesPerNumber) throw new Error(`${name} ended early, or is gone`);
      const rows = textOfRows(numbersOf(bytes, type), width);
      yield row === 0 ? rows : `,${rows}`;
    }
    yield ']';
  }
  yield ']';
}

/** Class ids, row by row, as nested JSON arrays. */
export function* nestedArraysOfClassIds(data: ClassIds, width: number): Generator<string> {
  const numbersAtOnce = Math.max(1, Math.floor(NUMBERS_AT_ONCE / width)) * width;
  yield '[';
  for (let at = 0; at < data.length; at += numbersAtOnce) {
    const rows = textOfRows(data.subarray(at, at + numbersAtOnce), width);
    yield at === 0 ? rows : `,${rows}`;
  }
  yield ']';
}

function numbersOf(bytes: Buffer, type: 'float32' | 'float16'): Float32Array {
  // A copy, since bytes from a socket begin anywhere.
  const data = new Uint8Array(bytes).buffer;
  if (type === 'float32') return new Float32Array(data);
  const halves = new Uint16Array(data);
  return toFloat32({ type, dims: [halves.length], data: halves }).data;
}

/** @returns `[…],[…]`: plain arrays are made to text faster than typed ones are joined */
function textOfRows(numbers: Float32Array | ClassIds, width: number): string {
  const rows = Array.from({ length: numbers.length / width }, (_, row) =>
    Array.from(numbers.subarray(row * width, (row + 1) * width)),
  );
  return JSON.stringify(rows).slice(1, -1);
}
