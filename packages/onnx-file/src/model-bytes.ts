import proto from 'onnx-proto';
import { type GraphParts, graphProto } from './graph-parts.js';
import { OnnxFileError } from './onnx-file-error.js';

export interface ModelBytesOptions {
  /** Version of the operators that the nodes are meant in; 17 when left out. */
  readonly opset?: number;
  /** What wrote the file; `darkroom` when left out. */
  readonly producerName?: string;
  /** Texts by key, which readers of the file find in its `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const DEFAULT_OPSET = 17;
/** The version of the format that came with opset 17; it holds older opsets as well. */
const IR_VERSION = 8;
/** A protobuf message ends here; larger graphs keep their weights in files of their own, which is not written here. */
const MAX_MODEL_BYTES = 2 ** 31 - 1;

/**
 * The graph as the bytes of an `.onnx` file, weights included.
 * @throws OnnxFileError when it would be larger than the 2 GiB that protobuf can hold
 */
export function modelBytes(parts: GraphParts, options: ModelBytesOptions = {}): Buffer {
  const { opset = DEFAULT_OPSET, producerName = 'darkroom', metadata = {} } = options;
  const model = proto.onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: opset }],
    producerName,
    graph: graphProto(parts),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  const writer = proto.onnx.ModelProto.encode(model);
  if (writer.len > MAX_MODEL_BYTES) {
    throw new OnnxFileError(
      `The graph ${parts.name} has ${writer.len} bytes; an .onnx file holds at most ${MAX_MODEL_BYTES}. Use a network with fewer weights`,
    );
  }
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
