import { toFloat32 } from './float16.js';
import { elementCount, type Float32Tensor, type TensorOf } from './tensor.js';

/** What NumPy calls the types that are written and read. */
const TYPE_NAMES = { float32: '<f4', float16: '<f2' } as const;

/**
 * A tensor as a NumPy `.npy` file (format version 1.0, little-endian, C order), which `numpy.load` reads.
 */
export function encodeNpy(tensor: Float32Tensor | TensorOf<'float16', Uint16Array>): Buffer {
  const shape = tensor.dims.length === 1 ? `(${tensor.dims[0]},)` : `(${tensor.dims.join(', ')})`;
  const description = `{'descr': '${TYPE_NAMES[tensor.type]}', 'fortran_order': False, 'shape': ${shape}, }`;
  const prefixBytes = 10;
  const paddedBytes = Math.ceil((prefixBytes + description.length + 1) / 64) * 64;
  const header = Buffer.alloc(paddedBytes, ' ');
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(paddedBytes - prefixBytes, 8);
  header.write(description, prefixBytes, 'latin1');
  header[paddedBytes - 1] = 0x0a;
  const { buffer, byteOffset, byteLength } = tensor.data;
  return Buffer.concat([header, Buffer.from(buffer, byteOffset, byteLength)]);
}

/** What a `.npy` file says ahead of its numbers. */
export interface NpyHeader {
  readonly type: keyof typeof TYPE_NAMES;
  readonly dims: readonly number[];
  /** Where the numbers begin, in bytes. */
  readonly dataOffset: number;
}

/** {@link encodeNpy} writes headers that are shorter, for as many dimensions as tensors have. */
export const NPY_HEADER_BYTES = 256;

/**
 * Reads the header of what {@link encodeNpy} writes: float32 or float16, little-endian, C order.
 * @param file its first {@link NPY_HEADER_BYTES} at least
 * @throws Error when the file is anything else.
 */
export function readNpyHeader(file: Buffer): NpyHeader {
  if (file.toString('latin1', 0, 8) !== '\x93NUMPY\x01\x00')
    throw new Error('not a .npy file of version 1.0');
  const dataOffset = 10 + file.readUInt16LE(8);
  const header = file.toString('latin1', 10, dataOffset);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  const type = (['float32', 'float16'] as const).find((one) => header.includes(`'${TYPE_NAMES[one]}'`));
  if (shape === undefined || type === undefined || !header.includes("'fortran_order': False")) {
    throw new Error(`expected little-endian float32 or float16 in C order, got ${header.trim()}`);
  }
  const dims = shape
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  return { type, dims, dataOffset };
}

/**
 * Reads what {@link encodeNpy} writes: float32 or float16, little-endian, C order.
 * @returns float16 as float32
 * @throws Error when the file is anything else.
 */
export function decodeNpy(file: Buffer): Float32Tensor {
  const { type, dims, dataOffset } = readNpyHeader(file);
  const count = elementCount(dims);
  const given = file.subarray(dataOffset);
  const bytesPerElement = type === 'float32' ? 4 : 2;
  // Before memory is taken for them: the shape is only what the file says.
  if (given.length !== count * bytesPerElement) {
    throw new Error(
      `expected ${count} numbers of ${type} for the shape (${dims.join(', ')}), got ${given.length} bytes`,
    );
  }
  if (type === 'float32') {
    const data = new Float32Array(count);
    given.copy(Buffer.from(data.buffer));
    return { type, dims, data };
  }
  const data = new Uint16Array(count);
  given.copy(Buffer.from(data.buffer));
  return toFloat32({ type, dims, data });
}
