import { DarkroomError } from '@darkroom/contracts';
import { describeSpec, elementCount, type Graph, type Tensor, type TensorSpec } from '@darkroom/tensor';
import { InferenceSession } from 'onnxruntime-node';
import { explainLoadError, explainRunError, graphName } from './ort-errors.js';
import { fromOrtTensor, isTensorType, toOrtTensor } from './ort-tensor.js';
import { type GraphOptions, sessionOptions } from './session-options.js';

/**
 * Opens an `.onnx` file.
 * @throws DarkroomError `inference_failed` that says what the file is instead of a graph, or `out_of_memory`
 * @throws DeviceLostError when the device can't be used in this process any more
 */
export async function openGraph(path: string, options: GraphOptions): Promise<OrtGraph> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(path, sessionOptions(options));
  } catch (error) {
    throw await explainLoadError(path, error);
  }
  return new OrtGraph(path, session);
}

/** A graph that ONNX Runtime runs. A run blocks the event loop of its thread for its whole length; see `GraphThread`. */
export class OrtGraph implements Graph {
  readonly inputs: readonly TensorSpec[];
  /** Outputs of types that tensors don't have here, such as text, are left out and never fetched. */
  readonly outputs: readonly TensorSpec[];
  readonly #path: string;
  #session: InferenceSession | null;

  constructor(path: string, session: InferenceSession) {
    this.#path = path;
    this.#session = session;
    this.inputs = session.inputMetadata.map((metadata) => {
      const spec = tensorSpec(metadata);
      if (spec) return spec;
      throw this.#error(`its input ${metadata.name} is of a type that Darkroom has no tensors of`);
    });
    this.outputs = session.outputMetadata.map(tensorSpec).filter((spec) => spec !== null);
  }

  /**
   * @throws DarkroomError `inference_failed` for a feed that is missing, unknown or of another type or shape than the
   *   graph takes, and for whatever ONNX Runtime refuses; `out_of_memory` when memory ran out
   * @throws DeviceLostError when the device can't be used in this process any more
   */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    outputNames: readonly string[] = this.outputs.map(({ name }) => name),
  ): Promise<Record<string, Tensor>> {
    if (!this.#session) throw this.#error('it was closed');
    this.#checkFeeds(feeds);
    this.#checkOutputNames(outputNames);
    try {
      const ortFeeds = Object.fromEntries(this.inputs.map(({ name }) => [name, toOrtTensor(feeds[name]!)]));
      const fetched = await this.#session.run(ortFeeds, outputNames);
      return Object.fromEntries(outputNames.map((name) => [name, takeOut(fetched[name]!)]));
    } catch (error) {
      throw explainRunError(this.#path, error);
    }
  }

  /** Gives the session's memory back. Closing twice is allowed; running afterwards is not. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.release();
  }

  #checkFeeds(feeds: Readonly<Record<string, Tensor>>): void {
    for (const name of Object.keys(feeds)) {
      if (this.inputs.some((spec) => spec.name === name)) continue;
      throw this.#error(
        `it has no input ${name}; its inputs are ${this.inputs.map(describeSpec).join('; ')}`,
      );
    }
    for (const spec of this.inputs) {
      const feed = feeds[spec.name];
      if (!feed) throw this.#error(`nothing was given for its input ${describeSpec(spec)}`);
      if (!fits(feed, spec)) {
        const given = describeSpec({ name: spec.name, type: feed.type, dims: feed.dims });
        throw this.#error(
          `its input is ${describeSpec(spec)}, given was ${given} with ${feed.data.length} elements`,
        );
      }
    }
  }

  #checkOutputNames(outputNames: readonly string[]): void {
    for (const name of outputNames) {
      if (this.outputs.some((spec) => spec.name === name)) continue;
      throw this.#error(
        `it has no output ${name}; its outputs are ${this.outputs.map(describeSpec).join('; ')}`,
      );
    }
  }

  #error(problem: string): DarkroomError {
    return new DarkroomError('inference_failed', `${graphName(this.#path)} cannot be run: ${problem}.`);
  }
}

function tensorSpec(metadata: InferenceSession.ValueMetadata): TensorSpec | null {
  if (!metadata.isTensor || !isTensorType(metadata.type)) return null;
  const dims = metadata.shape.map((size) => (typeof size === 'number' ? size : null));
  return { name: metadata.name, type: metadata.type, dims };
}

function fits(feed: Tensor, spec: TensorSpec): boolean {
  return (
    feed.type === spec.type &&
    feed.dims.length === spec.dims.length &&
    spec.dims.every((size, i) => size === null || size === feed.dims[i]) &&
    feed.data.length === elementCount(feed.dims)
  );
}

function takeOut(value: InferenceSession.OnnxValueMapType[string]): Tensor {
  const tensor = fromOrtTensor(value);
  // The elements are ours now; ONNX Runtime's own hold on them ends here and not at the next garbage collection.
  value.dispose();
  return tensor;
}
