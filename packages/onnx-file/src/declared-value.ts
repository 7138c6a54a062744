import type { Reader } from 'protobufjs';
import { elementTypeName } from './element-type.js';
import { integer, message, readFields, text } from './message-fields.js';

/** An input or output as the file declares it. */
export interface DeclaredValue {
  readonly name: string;
  /** The type of its elements, such as `float32` or `string`; `null` for what is no tensor. */
  readonly type: string | null;
  /** Free sizes by their name in the graph, `?` where they have none; `null` where not even their number is declared. */
  readonly dims: readonly (number | string)[] | null;
}

/** Reads a ValueInfoProto. */
export function readDeclaredValue(reader: Reader, end: number): DeclaredValue {
  let name = '';
  let type: string | null = null;
  let dims: (number | string)[] | null = null;
  readFields(reader, end, {
    1: text((value) => {
      name = value;
    }),
    2: message((typeReader, typeEnd) =>
      readFields(typeReader, typeEnd, {
        1: message((tensorReader, tensorEnd) =>
          readFields(tensorReader, tensorEnd, {
            1: integer((value) => {
              type = elementTypeName(value);
            }),
            2: message((shapeReader, shapeEnd) => {
              dims = readShape(shapeReader, shapeEnd);
            }),
          }),
        ),
      }),
    ),
  });
  return { name, type, dims };
}

function readShape(reader: Reader, end: number): (number | string)[] {
  const dims: (number | string)[] = [];
  readFields(reader, end, {
    1: message((dimReader, dimEnd) => {
      let size: number | string = '?';
      readFields(dimReader, dimEnd, {
        1: integer((value) => {
          size = value;
        }),
        2: text((value) => {
          if (value !== '') size = value;
        }),
      });
      dims.push(size);
    }),
  });
  return dims;
}
