import type { Reader } from 'protobufjs';
import { OnnxFileError } from './onnx-file-error.js';

const VARINT = 0;
const EIGHT_BYTES = 1;
const WITH_LENGTH = 2;
const FOUR_BYTES = 5;
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** How one field of a protobuf message is read. */
export interface FieldReader {
  readonly wireType: number;
  /** @param end where the field ends, for those with a length */
  read(reader: Reader, end: number): void;
}

/** The fields of a message that are of interest, by number. */
export type FieldReaders = Readonly<Record<number, FieldReader>>;

/** A field that holds a whole number. */
export function integer(take: (value: number) => void): FieldReader {
  return { wireType: VARINT, read: (reader) => take(Number(reader.int64())) };
}

/** A field that holds text of up to 16 MiB. */
export function text(take: (value: string) => void): FieldReader {
  return {
    wireType: WITH_LENGTH,
    read: (reader, end) => {
      const bytes = end - reader.pos;
      if (bytes > MAX_TEXT_BYTES) {
        throw new OnnxFileError(
          `expected no text longer than ${MAX_TEXT_BYTES} bytes in an ONNX file, got one of ${bytes}`,
        );
      }
      take(new TextDecoder().decode(reader.buf.subarray(reader.pos, end)));
    },
  };
}

/** A field that holds a message of its own. */
export function message(read: (reader: Reader, end: number) => void): FieldReader {
  return { wireType: WITH_LENGTH, read };
}

/**
 * Reads the fields of a message that there are readers for, as often as they occur, and steps over all others
 * without looking at their bytes: weights are neither copied nor touched.
 * @throws OnnxFileError when the bytes are no protobuf message, end too early, or a field is of another kind
 */
export function readFields(reader: Reader, end: number, fields: FieldReaders): void {
  while (reader.pos < end) {
    const start = reader.pos;
    const tag = reader.uint32();
    const wireType = tag & 7;
    const fieldEnd = endOfField(reader, wireType, end, start);
    const field = fields[tag >>> 3];
    if (field !== undefined) {
      if (field.wireType !== wireType) throw notOnnx(start);
      field.read(reader, fieldEnd);
    }
    reader.pos = fieldEnd;
  }
}

/** Leaves the reader where the field's content begins. */
function endOfField(reader: Reader, wireType: number, end: number, start: number): number {
  let fieldEnd: number;
  if (wireType === WITH_LENGTH) {
    const length = reader.uint32();
    fieldEnd = reader.pos + length;
  } else if (wireType === EIGHT_BYTES) fieldEnd = reader.pos + 8;
  else if (wireType === FOUR_BYTES) fieldEnd = reader.pos + 4;
  else if (wireType === VARINT) {
    const content = reader.pos;
    reader.skip();
    fieldEnd = reader.pos;
    reader.pos = content;
  } else throw notOnnx(start);
  if (fieldEnd > end) {
    throw new OnnxFileError(
      `the file is cut off or damaged: what begins at byte ${start} would end at byte ${fieldEnd}, but there are only ${end}. Fetch it again`,
    );
  }
  return fieldEnd;
}

function notOnnx(at: number): OnnxFileError {
  return new OnnxFileError(
    `expected an ONNX graph, got something else (byte ${at} fits no ONNX file). Give the .onnx file itself`,
  );
}
