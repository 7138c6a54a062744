import { type Pixels, resample } from '@darkroom/imaging';
import type { Graph, GraphSignature, Tensor } from '@darkroom/tensor';
import { feedTensor } from '../feed-tensor.js';

/** As CLIP's feature extractor has them. */
const SIDE = 224;
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const STD = [0.26862954, 0.26130258, 0.27577711];
const RGB = 3;

/** The model's own judge of what its pictures show. */
export class SafetyChecker {
  readonly #graph: Graph;
  readonly #signature: GraphSignature;

  constructor(graph: Graph, signature: GraphSignature) {
    this.#graph = graph;
    this.#signature = signature;
  }

  /** Whether a picture is to be withheld. */
  async flags(picture: Pixels): Promise<boolean> {
    const feeds: Record<string, Tensor> = {};
    for (const { name, type } of this.#signature.inputs) {
      feeds[name] =
        name === 'clip_input'
          ? feedTensor(clipValues(picture), [1, RGB, SIDE, SIDE], type)
          : feedTensor(unitValues(picture), [1, picture.height, picture.width, RGB], type);
    }
    const { has_nsfw_concepts: flags } = await this.#graph.run(feeds, ['has_nsfw_concepts']);
    return Number(flags!.data[0]) !== 0;
  }
}

/** The middle of a picture whose shorter side is {@link SIDE}, as planes. */
function clipValues(picture: Pixels): Float32Array {
  const scale = SIDE / Math.min(picture.width, picture.height);
  const [width, height] = [picture.width, picture.height].map((side) =>
    Math.max(SIDE, Math.trunc(side * scale)),
  );
  const { data } = resample('pil-bicubic', picture, width!, height!);
  const [left, top] = [Math.floor((width! - SIDE) / 2), Math.floor((height! - SIDE) / 2)];
  const plane = SIDE * SIDE;
  const values = new Float32Array(RGB * plane);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const from = ((y + top) * width! + x + left) * RGB;
      for (let c = 0; c < RGB; c++)
        values[c * plane + y * SIDE + x] = (data[from + c]! / 255 - MEAN[c]!) / STD[c]!;
    }
  }
  return values;
}

function unitValues({ data }: Pixels): Float32Array {
  return Float32Array.from(data, (value) => value / 255);
}
