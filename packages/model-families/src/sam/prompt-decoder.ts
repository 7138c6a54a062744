import type { Placement } from '@darkroom/imaging';
import type { Graph } from '@darkroom/tensor';
import type { Embedding } from '../embedding-cache.js';
import { asType } from '../feed-tensor.js';
import type { SamDecoder } from './exports/export-contract.js';
import type { PointMasks } from './mask-finder.js';
import type { Prompt } from './prompt-tokens.js';

/** A picture, or a part of one, as its encoder saw it. */
export interface EncodedPicture {
  readonly embedding: Embedding;
  readonly placement: Placement;
}

/** The decoder's graph, from an embedding and prompts to masks. */
export class PromptDecoder {
  readonly #graph: Graph;
  readonly #decoder: SamDecoder;

  constructor(graph: Graph, decoder: SamDecoder) {
    this.#graph = graph;
    this.#decoder = decoder;
  }

  promptsPerRun(prompt: Prompt): number {
    return this.#decoder.promptsPerRun(prompt);
  }

  tokensOf(prompt: Prompt): number {
    return this.#decoder.tokensOf(prompt);
  }

  /** @param prompts no more than share a run, with equally many points, and all with box and mask or none */
  async decode({ embedding, placement }: EncodedPicture, prompts: readonly Prompt[]): Promise<PointMasks> {
    const { links, outputNames } = this.#decoder;
    const embeddings = links.map(({ output, input }) => [input.name, asType(embedding[output]!, input.type)]);
    const feeds = { ...Object.fromEntries(embeddings), ...this.#decoder.feeds(prompts, placement) };
    return this.#decoder.read(await this.#graph.run(feeds, outputNames));
  }
}
