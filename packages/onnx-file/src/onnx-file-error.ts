/** A file that is no ONNX graph, or a graph that is no file. The message says what was expected, what came and what to do. */
export class OnnxFileError extends Error {
  override readonly name = 'OnnxFileError';
}
