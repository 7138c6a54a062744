import type { Graph, Tensor } from '@darkroom/tensor';
import { feedTensor } from '../feed-tensor.js';
import type { TokenizedText } from '../text-tokenizer/text-tokenizer.js';
import type { TextEncoderSignature } from './signature.js';
import { unitRows } from './unit-rows.js';

/** More at once are hardly sooner. */
const TEXTS_PER_RUN = 64;

/** The graph, or the half of one, that makes embeddings of texts. */
export class TextEncoder {
  readonly #graph: Graph;
  readonly #signature: TextEncoderSignature;
  readonly #otherFeeds: Readonly<Record<string, Tensor>>;

  /** @param otherFeeds what the graph takes beside texts */
  constructor(
    graph: Graph,
    signature: TextEncoderSignature,
    otherFeeds: Readonly<Record<string, Tensor>> = {},
  ) {
    this.#graph = graph;
    this.#signature = signature;
    this.#otherFeeds = otherFeeds;
  }

  get textsPerRun(): number {
    return this.#signature.takesBatches ? TEXTS_PER_RUN : 1;
  }

  /** @returns an embedding of unit length for each text. One run, so no more texts than may share one */
  async encode(texts: readonly TokenizedText[]): Promise<Float32Array[]> {
    const { outputName } = this.#signature;
    const { [outputName]: output } = await this.#graph.run(this.feedsOf(texts), [outputName]);
    return unitRows(outputName, output!, texts.length);
  }

  /** What the graph is fed for texts, and whatever it takes beside. */
  feedsOf(texts: readonly TokenizedText[]): Record<string, Tensor> {
    const { ids, mask } = this.#signature;
    const dims = [texts.length, texts[0]!.ids.length];
    const numbers = Float32Array.from(texts.flatMap((text) => text.ids));
    const feeds = { [ids.name]: feedTensor(numbers, dims, ids.type) };
    if (mask === null) return { ...this.#otherFeeds, ...feeds };
    const isToken = texts.flatMap(({ ids: all, count }) => all.map((_, i) => (i < count ? 1 : 0)));
    const maskFeed = feedTensor(Float32Array.from(isToken), dims, mask.type);
    return { ...this.#otherFeeds, ...feeds, [mask.name]: maskFeed };
  }
}
