import protobuf, { type Reader } from 'protobufjs';
import type { DeclaredValue } from './declared-value.js';
import { GraphReader } from './graph-reader.js';
import { integer, message, readFields, text } from './message-fields.js';
import { OnnxFileError } from './onnx-file-error.js';

/** What an `.onnx` file says of itself, without its weights. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Version of each set of operators by its domain; ONNX's own set has the empty domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** `metadata_props`: texts that whoever exported it wrote into it. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly graphName: string;
  /** What must be fed; inputs that a constant of the graph has the value of are not among them. */
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  /** Files that hold weights, as the graph names them: relative to its own place, and not to be trusted. */
  readonly externalFiles: readonly string[];
}

const MAX_LIST_ENTRIES = 10_000;

/**
 * Reads what a graph is called, takes and gives. Numbers of fields are those of onnx.proto (IR version 8). Weights
 * are stepped over, so that gigabytes of them take no memory.
 * @throws OnnxFileError when it is no ONNX graph, cut off, or beyond what any real graph has
 */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  try {
    return readModel(protobuf.Reader.create(bytes), bytes.length);
  } catch (error) {
    if (error instanceof OnnxFileError) throw error;
    // What protobufjs throws where a number has too many bytes or the last byte is missing.
    throw new OnnxFileError(
      `expected an ONNX graph, got bytes that aren't one or end too early (${(error as Error).message}). Fetch the file again`,
      { cause: error },
    );
  }
}

function readModel(reader: Reader, end: number): OnnxModel {
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const graph = new GraphReader();
  const model = { irVersion: 0, producerName: '', producerVersion: '' };
  let graphs = 0;
  readFields(reader, end, {
    1: integer((value) => {
      model.irVersion = value;
    }),
    2: text((value) => {
      model.producerName = value;
    }),
    3: text((value) => {
      model.producerVersion = value;
    }),
    7: message((inner, innerEnd) => {
      graphs++;
      graph.read(inner, innerEnd);
    }),
    8: message((inner, innerEnd) => readOpset(inner, innerEnd, opsets)),
    14: message((inner, innerEnd) => readMetadata(inner, innerEnd, metadata)),
  });
  if (graphs !== 1) {
    throw new OnnxFileError(
      `expected an ONNX file with one graph in it, got ${graphs === 0 ? 'none' : graphs}. Give the .onnx file itself`,
    );
  }
  return { ...model, opsets, metadata, ...graph.finding() };
}

function readOpset(reader: Reader, end: number, opsets: Map<string, number>): void {
  let domain = '';
  let version = 0;
  readFields(reader, end, {
    1: text((value) => {
      domain = value;
    }),
    2: integer((value) => {
      version = value;
    }),
  });
  opsets.set(domain, version);
  checkLength('sets of operators', opsets.size);
}

function readMetadata(reader: Reader, end: number, metadata: Map<string, string>): void {
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
  metadata.set(key, value);
  checkLength('metadata entries', metadata.size);
}

function checkLength(what: string, length: number): void {
  if (length <= MAX_LIST_ENTRIES) return;
  throw new OnnxFileError(`expected at most ${MAX_LIST_ENTRIES} ${what} in an ONNX file, got more`);
}
