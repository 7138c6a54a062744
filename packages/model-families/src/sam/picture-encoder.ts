import { type Pixels, type Placement, type Size, tensorToPixels } from '@darkroom/imaging';
import type { Graph, Tensor } from '@darkroom/tensor';
import { toFloat32 } from '@darkroom/tensor';
import type { Embedding } from '../embedding-cache.js';
import { asType } from '../feed-tensor.js';
import { encoderPlacement } from './encoder-placement.js';
import { encoderTensor } from './prepare.js';
import type { EncoderSignature } from './signature.js';

/** The encoder's graph, from pixels to embedding. */
export class PictureEncoder {
  readonly #graph: Graph;
  readonly #signature: EncoderSignature;
  readonly #outputNames: readonly string[];

  /** @param outputNames those that a decoder makes use of */
  constructor(graph: Graph, signature: EncoderSignature, outputNames: readonly string[]) {
    this.#graph = graph;
    this.#signature = signature;
    this.#outputNames = outputNames;
  }

  /** Where a picture lies on the encoder's input. */
  place(picture: Size): Placement {
    return encoderPlacement(picture, this.#signature.resize, this.#signature.inputSide);
  }

  /** A picture as the encoder takes it. */
  tensor(picture: Pixels, placement: Placement): Tensor {
    return asType(encoderTensor(picture, placement, this.#signature.input), this.#signature.inputType);
  }

  async encode(tensor: Tensor): Promise<Embedding> {
    return this.#graph.run({ [this.#signature.inputName]: tensor }, this.#outputNames);
  }

  /** The picture as the network saw it. */
  seen(tensor: Tensor): Pixels {
    const { dims, data } = toFloat32(tensor);
    const batch = { type: 'float32', dims: [1, ...dims.slice(-3)], data } as const;
    return tensorToPixels(batch, this.#signature.input.normalization);
  }
}
