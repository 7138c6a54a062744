import type { Reader } from 'protobufjs';
import { type DeclaredValue, readDeclaredValue } from './declared-value.js';
import { integer, message, readFields, text } from './message-fields.js';
import { OnnxFileError } from './onnx-file-error.js';

/** Nodes, constants, inputs and outputs together. Real graphs have some ten thousand. */
const MAX_PARTS = 1_000_000;
/** Graphs within nodes within graphs. */
const MAX_DEPTH = 32;
/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/** Reads a GraphProto, and the tensors of its nodes and inner graphs as far as they name files. */
export class GraphReader {
  #name = '';
  #parts = 0;
  readonly #inputs: DeclaredValue[] = [];
  readonly #outputs: DeclaredValue[] = [];
  readonly #initializerNames = new Set<string>();
  readonly #externalFiles = new Set<string>();

  read(reader: Reader, end: number): void {
    readFields(reader, end, {
      ...this.#partsWithTensors(1),
      2: text((value) => {
        this.#name = value;
      }),
      5: message((inner, innerEnd) => this.#initializerNames.add(this.#readTensor(inner, innerEnd))),
      11: message((inner, innerEnd) => this.#inputs.push(this.#readValue(inner, innerEnd))),
      12: message((inner, innerEnd) => this.#outputs.push(this.#readValue(inner, innerEnd))),
    });
  }

  finding() {
    return {
      graphName: this.#name,
      // Before IR version 4 every constant was declared as an input too.
      inputs: this.#inputs.filter(({ name }) => !this.#initializerNames.has(name)),
      outputs: this.#outputs,
      externalFiles: [...this.#externalFiles],
    };
  }

  #readInnerGraph(reader: Reader, end: number, depth: number): void {
    if (depth > MAX_DEPTH) {
      throw new OnnxFileError(`expected graphs within graphs ${MAX_DEPTH} deep at most, got deeper ones`);
    }
    readFields(reader, end, {
      ...this.#partsWithTensors(depth),
      5: message((inner, innerEnd) => this.#readTensor(inner, innerEnd)),
    });
  }

  /** Nodes and sparse constants, of this graph or of one within. */
  #partsWithTensors(depth: number) {
    return {
      1: message((inner: Reader, innerEnd: number) => this.#readNode(inner, innerEnd, depth)),
      15: message((inner: Reader, innerEnd: number) => this.#readSparseTensor(inner, innerEnd)),
    };
  }

  #readNode(reader: Reader, end: number, depth: number): void {
    this.#countPart();
    const tensor = message((inner, innerEnd) => this.#readTensor(inner, innerEnd));
    const sparse = message((inner, innerEnd) => this.#readSparseTensor(inner, innerEnd));
    const graph = message((inner, innerEnd) => this.#readInnerGraph(inner, innerEnd, depth + 1));
    const attribute = { 5: tensor, 6: graph, 10: tensor, 11: graph, 22: sparse, 23: sparse };
    readFields(reader, end, {
      5: message((inner, innerEnd) => readFields(inner, innerEnd, attribute)),
    });
  }

  #readSparseTensor(reader: Reader, end: number): void {
    const tensor = message((inner, innerEnd) => this.#readTensor(inner, innerEnd));
    readFields(reader, end, { 1: tensor, 2: tensor });
  }

  /** @returns the tensor's name */
  #readTensor(reader: Reader, end: number): string {
    this.#countPart();
    let name = '';
    let isExternal = false;
    let location = '';
    readFields(reader, end, {
      8: text((value) => {
        name = value;
      }),
      13: message((inner, innerEnd) => {
        location = readLocation(inner, innerEnd) ?? location;
      }),
      14: integer((value) => {
        isExternal = value === EXTERNAL;
      }),
    });
    if (isExternal) this.#externalFiles.add(location);
    return name;
  }

  #readValue(reader: Reader, end: number): DeclaredValue {
    this.#countPart();
    return readDeclaredValue(reader, end);
  }

  #countPart(): void {
    this.#parts++;
    if (this.#parts > MAX_PARTS) {
      throw new OnnxFileError(`expected at most ${MAX_PARTS} nodes and constants in a graph, got more`);
    }
  }
}

/** The value of an entry of `external_data` that says where the file is. */
function readLocation(reader: Reader, end: number): string | null {
  let key = '';
  let value = '';
  readFields(reader, end, {
    1: text((read) => {
      key = read;
    }),
    2: text((read) => {
      value = read;
    }),
  });
  return key === 'location' ? value : null;
}
