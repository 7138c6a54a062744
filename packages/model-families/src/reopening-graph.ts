import type { GraphSignature, Tensor, TensorSpec } from '@darkroom/tensor';
import type { ReleasableGraph } from './family.js';
import type { ClosableGraph, GraphOpener } from './open-model.js';

/** A graph that gives its memory back when nobody needs it for a while, and is opened again at the next run. */
export class ReopeningGraph implements ReleasableGraph {
  readonly #path: string;
  readonly #openGraph: GraphOpener;
  readonly #signature: GraphSignature;
  #graph: ClosableGraph | null;
  #opening: Promise<ClosableGraph> | null = null;

  private constructor(path: string, openGraph: GraphOpener, graph: ClosableGraph) {
    this.#path = path;
    this.#openGraph = openGraph;
    this.#signature = { inputs: graph.inputs, outputs: graph.outputs };
    this.#graph = graph;
  }

  /** @throws DarkroomError as the opener does */
  static async open(path: string, openGraph: GraphOpener): Promise<ReopeningGraph> {
    return new ReopeningGraph(path, openGraph, await openGraph(path));
  }

  get inputs(): readonly TensorSpec[] {
    return this.#signature.inputs;
  }

  get outputs(): readonly TensorSpec[] {
    return this.#signature.outputs;
  }

  /** Begins at once where the graph is open, so that the caller can do something else meanwhile. */
  async run(
    feeds: Readonly<Record<string, Tensor>>,
    outputNames?: readonly string[],
  ): Promise<Record<string, Tensor>> {
    const graph = this.#graph ?? (await this.#reopened());
    return graph.run(feeds, outputNames);
  }

  async release(): Promise<void> {
    await this.#opening?.catch(() => null);
    const graph = this.#graph;
    this.#graph = null;
    await graph?.close();
  }

  async close(): Promise<void> {
    await this.release();
  }

  /** One that could not be opened, for want of memory say, is tried again at the next run. */
  #reopened(): Promise<ClosableGraph> {
    this.#opening ??= this.#openAgain().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #openAgain(): Promise<ClosableGraph> {
    this.#graph = await this.#openGraph(this.#path);
    return this.#graph;
  }
}
