import { type Normalization, pixelsToTensor, type ResampledPixels } from '@darkroom/imaging';
import type { Graph, Tensor } from '@darkroom/tensor';
import { concatBatches } from '../batch-tensors.js';
import { asType } from '../feed-tensor.js';
import type { PictureEncoderSignature } from './signature.js';
import { unitRows } from './unit-rows.js';

/** More at once take memory, and on a processor are no sooner. */
const PICTURES_PER_RUN = 16;

/** The graph, or the half of one, that makes embeddings of pictures. */
export class PictureEncoder {
  readonly #graph: Graph;
  readonly #signature: PictureEncoderSignature;
  readonly #normalization: Normalization;
  readonly #otherFeeds: Readonly<Record<string, Tensor>>;

  /** @param otherFeeds what the graph takes beside pictures */
  constructor(
    graph: Graph,
    signature: PictureEncoderSignature,
    normalization: Normalization,
    otherFeeds: Readonly<Record<string, Tensor>> = {},
  ) {
    this.#graph = graph;
    this.#signature = signature;
    this.#normalization = normalization;
    this.#otherFeeds = otherFeeds;
  }

  get picturesPerRun(): number {
    return this.#signature.takesBatches ? PICTURES_PER_RUN : 1;
  }

  /**
   * @param pictures of the size of the input
   * @returns an embedding of unit length for each. One run, so no more pictures than may share one
   */
  async encode(pictures: readonly ResampledPixels[]): Promise<Float32Array[]> {
    const { outputName } = this.#signature;
    const { [outputName]: output } = await this.#graph.run(this.feedsOf(pictures), [outputName]);
    return unitRows(outputName, output!, pictures.length);
  }

  /** What the graph is fed for pictures, and whatever it takes beside. */
  feedsOf(pictures: readonly ResampledPixels[]): Record<string, Tensor> {
    const { inputName, inputType } = this.#signature;
    const batch = concatBatches(pictures.map((picture) => pixelsToTensor(picture, this.#normalization)));
    return { ...this.#otherFeeds, [inputName]: asType(batch, inputType) };
  }
}
