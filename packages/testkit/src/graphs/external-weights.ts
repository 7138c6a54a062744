import { type GraphParts, modelBytes } from '../onnx/model-bytes.js';

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;
/** What is smaller stays in the graph: shapes must. */
const SMALLEST_BYTES = 64;

/**
 * A graph whose weights are in a file beside it, as exports of large networks are.
 * @param location of the file as the graph names it
 */
export function withExternalWeights(
  parts: GraphParts,
  location: string,
): { readonly graph: Buffer; readonly weights: Buffer } {
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const initializers = parts.initializers.map((initializer) => {
    const { rawData, ...outside } = initializer;
    if (rawData!.length < SMALLEST_BYTES) return initializer;
    const entries = { location, offset: String(offset), length: String(rawData!.length) };
    pieces.push(rawData!);
    offset += rawData!.length;
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    return { ...outside, dataLocation: EXTERNAL, externalData };
  });
  return { graph: modelBytes({ ...parts, initializers }), weights: Buffer.concat(pieces) };
}
