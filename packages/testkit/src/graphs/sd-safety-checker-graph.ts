import { GraphBuilder, intAttribute, intsAttribute, modelBytes, node } from '../onnx/model-bytes.js';
import { tensorInfo } from './float-types.js';

const SIDE = 224;

export interface SdSafetyCheckerGraphOptions {
  /** Flags pictures whose mean is above this, 0 to 1. */
  readonly flagsAbove: number;
}

/** CLIP's, as means over channels: what {@link sdSafetyCheckerGraph} undoes. */
const MEAN = (0.48145466 + 0.4578275 + 0.40821073) / 3;
const STD = 0.2686;

/**
 * A tiny safety checker, as diffusers' older script exported it: flags light pictures, by what CLIP would see of them and by
 * the pictures themselves.
 * @returns the bytes of the `.onnx` file
 */
export function sdSafetyCheckerGraph({ flagsAbove }: SdSafetyCheckerGraphOptions): Buffer {
  const builder = new GraphBuilder(['clip_input', 'images', 'out_images', 'has_nsfw_concepts']);
  const isAbove = (input: string, limit: number) => {
    const attributes = [intsAttribute('axes', [1, 2, 3]), intAttribute('keepdims', 0)];
    const mean = builder.add('ReduceMean', [input], `mean_of_${input}`, attributes);
    return builder.add('Greater', [mean, builder.scalar(limit)], `${input}_flagged`);
  };
  const seen = isAbove('clip_input', (flagsAbove - MEAN) / STD);
  const shown = isAbove('images', flagsAbove);
  const graph = builder.graph(
    'safety_checker',
    [
      tensorInfo('clip_input', 'float32', ['batch', 3, SIDE, SIDE]),
      tensorInfo('images', 'float32', ['batch', 'height', 'width', 3]),
    ],
    [
      tensorInfo('out_images', 'float32', ['batch', 'height', 'width', 3]),
      tensorInfo('has_nsfw_concepts', 'bool', ['batch']),
    ],
  );
  const nodes = [
    node('Identity', ['images'], ['out_images']),
    node('And', [seen, shown], ['has_nsfw_concepts']),
  ];
  return modelBytes({ ...graph, nodes: [...graph.nodes, ...nodes] });
}
