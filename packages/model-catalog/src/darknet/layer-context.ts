import type { GraphBuilder } from '@darkroom/onnx-file';
import type { NormalizationScale } from './layers/batch-normalization.js';
import type { WeightsReader } from './read-weights.js';
import type { SectionKeys } from './section-keys.js';
import type { Shape } from './shape.js';

/** What a layer gives: a value of the graph, float32 `[batch, channels, height, width]`. */
export interface LayerOutput {
  readonly value: string;
  readonly shape: Shape;
}

/** What the import of a layer has to do with. */
export interface LayerContext {
  readonly index: number;
  readonly keys: SectionKeys;
  /** What the layer before gives; before the first layer, the network's input. */
  readonly input: LayerOutput;
  /**
   * What another layer gives.
   * @param reference the layer's index, or how many layers back if negative; `key` is where that stands
   * @throws DarknetError when there is none before this one, or it is a head
   */
  readonly outputOf: (reference: number, key: string) => LayerOutput;
  readonly graph: GraphBuilder;
  readonly weights: WeightsReader;
  readonly normalizationScale: NormalizationScale;
}

/** The network's input, which heads turn cells into pixels of. */
export interface InputSize {
  readonly width: number;
  readonly height: number;
}
