import { elementCount, type Tensor, type TensorData, type TensorType } from './tensor.js';

/** Tensors by name, and texts that go with them. */
export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/** As the format has it. */
const HEADER_BYTES_MAX = 100_000_000;

interface StoredType {
  readonly dtype: string;
  readonly bytesPerElement: number;
  readonly make: (buffer: ArrayBuffer) => TensorData;
}

const STORED_TYPES: Readonly<Record<TensorType, StoredType>> = {
  float32: { dtype: 'F32', bytesPerElement: 4, make: (buffer) => new Float32Array(buffer) },
  float64: { dtype: 'F64', bytesPerElement: 8, make: (buffer) => new Float64Array(buffer) },
  float16: { dtype: 'F16', bytesPerElement: 2, make: (buffer) => new Uint16Array(buffer) },
  int64: { dtype: 'I64', bytesPerElement: 8, make: (buffer) => new BigInt64Array(buffer) },
  int32: { dtype: 'I32', bytesPerElement: 4, make: (buffer) => new Int32Array(buffer) },
  uint8: { dtype: 'U8', bytesPerElement: 1, make: (buffer) => new Uint8Array(buffer) },
  int8: { dtype: 'I8', bytesPerElement: 1, make: (buffer) => new Int8Array(buffer) },
  bool: { dtype: 'BOOL', bytesPerElement: 1, make: (buffer) => new Uint8Array(buffer) },
};

/** Tensors as one `.safetensors` file: the length of a JSON header, the header, then the numbers, little-endian. */
export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Buffer {
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  const contents: Buffer[] = [];
  let offset = 0;
  for (const [name, { type, dims, data }] of Object.entries(tensors)) {
    header[name] = {
      dtype: STORED_TYPES[type].dtype,
      shape: dims,
      data_offsets: [offset, offset + data.byteLength],
    };
    contents.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(Buffer.byteLength(text) / ALIGNMENT) * ALIGNMENT);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)));
  return Buffer.concat([length, Buffer.from(padded), ...contents]);
}

/**
 * Reads a `.safetensors` file.
 * @throws Error when it isn't one, or a shape and its numbers don't agree
 */
export function decodeSafetensors(file: Buffer): SafetensorsFile {
  const { header, contents } = splitFile(file);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries as Record<string, Entry>).map(
    ([name, entry]) => [name, readTensor(name, entry, contents)] as const,
  );
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

function splitFile(file: Buffer): { header: Record<string, unknown>; contents: Buffer } {
  const headerBytes = file.length < LENGTH_BYTES ? -1 : Number(file.readBigUInt64LE());
  if (headerBytes < 0 || headerBytes > Math.min(HEADER_BYTES_MAX, file.length - LENGTH_BYTES)) {
    throw new Error(`not a .safetensors file: its ${file.length} bytes don't hold the header they announce`);
  }
  const contentsAt = LENGTH_BYTES + headerBytes;
  const header: unknown = JSON.parse(file.toString('utf8', LENGTH_BYTES, contentsAt));
  if (header === null || typeof header !== 'object') throw new Error('the header is no object');
  return { header: header as Record<string, unknown>, contents: file.subarray(contentsAt) };
}

function readTensor(
  name: string,
  { dtype, shape, data_offsets: [start, end] }: Entry,
  contents: Buffer,
): Tensor {
  const [type, stored] =
    Object.entries(STORED_TYPES).find(([, candidate]) => candidate.dtype === dtype) ??
    unknownType(name, dtype);
  const bytes = contents.subarray(start, end);
  const wantedBytes = elementCount(shape) * stored.bytesPerElement;
  // Before memory is taken for them: the shape is only what the file says.
  if (bytes.length !== wantedBytes) {
    throw new Error(`expected ${wantedBytes} bytes for ${name} [${shape.join(', ')}], got ${bytes.length}`);
  }
  const buffer = new ArrayBuffer(bytes.length);
  bytes.copy(Buffer.from(buffer));
  return { type, dims: shape, data: stored.make(buffer) } as Tensor;
}

function unknownType(name: string, dtype: string): never {
  const known = Object.values(STORED_TYPES).map((type) => type.dtype);
  throw new Error(`expected numbers of ${known.join(', ')} for ${name}, got ${dtype}`);
}
