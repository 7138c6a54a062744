import type { GraphSignature, Tensor, TensorSpec } from '@darkroom/tensor';
import type { ReleasableGraph } from './family.js';
import type { ClosableGraph, GraphOpener } from './open-model.js';

/** A graph that gives its memory back when nobody needs it for a while, and is opened again at the next run. */
export class ReopeningGraph implements ReleasableGraph {
  readonly #path: string;
  readonly #open: GraphOpener;
  readonly #signature: GraphSignature;
  #graph: Promise<ClosableGraph> | null;

  private constructor(path: string, open: GraphOpener, graph: ClosableGraph) {
    this.#path = path;
    this.#open = open;
    this.#signature = { inputs: graph.inputs, outputs: graph.outputs };
    this.#graph = Promise.resolve(graph);
  }

  /** @throws DarkroomError as the opener does */
  static async open(path: string, open: GraphOpener): Promise<ReopeningGraph> {
    return new ReopeningGraph(path, open, await open(path));
  }

  get inputs(): readonly TensorSpec[] {
    return this.#signature.inputs;
  }

  get outputs(): readonly TensorSpec[] {
    return this.#signature.outputs;
  }

  async run(
    feeds: Readonly<Record<string, Tensor>>,
    outputNames?: readonly string[],
  ): Promise<Record<string, Tensor>> {
    this.#graph ??= this.#reopened();
    return (await this.#graph).run(feeds, outputNames);
  }

  async release(): Promise<void> {
    const graph = this.#graph;
    this.#graph = null;
    await (await graph?.catch(() => null))?.close();
  }

  async close(): Promise<void> {
    await this.release();
  }

  /** One that could not be opened, for want of memory say, is tried again at the next run. */
  #reopened(): Promise<ClosableGraph> {
    const opening = this.#open(this.#path);
    opening.catch(() => {
      if (this.#graph === opening) this.#graph = null;
    });
    return opening;
  }
}
