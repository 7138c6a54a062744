import { elementCount, type Float32Tensor } from './tensor.js';

/**
 * A tensor as a NumPy `.npy` file (format version 1.0, little-endian, C order), which `numpy.load` reads.
 */
export function encodeNpy(tensor: Float32Tensor): Buffer {
  const shape = tensor.dims.length === 1 ? `(${tensor.dims[0]},)` : `(${tensor.dims.join(', ')})`;
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
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

/**
 * Reads what {@link encodeNpy} writes: float32, little-endian, C order.
 * @throws Error when the file is anything else.
 */
export function decodeNpy(file: Buffer): Float32Tensor {
  if (file.toString('latin1', 0, 8) !== '\x93NUMPY\x01\x00')
    throw new Error('not a .npy file of version 1.0');
  const dataOffset = 10 + file.readUInt16LE(8);
  const header = file.toString('latin1', 10, dataOffset);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (shape === undefined || !header.includes("'<f4'") || !header.includes("'fortran_order': False")) {
    throw new Error(`expected little-endian float32 in C order, got ${header.trim()}`);
  }
  const dims = shape
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const data = new Float32Array(elementCount(dims));
  file.copy(Buffer.from(data.buffer), 0, dataOffset);
  return { type: 'float32', dims, data };
}
