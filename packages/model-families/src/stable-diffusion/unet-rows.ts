import type { GenerationOptions } from '@darkroom/contracts';
import { type Float32Tensor, float32Tensor } from '@darkroom/tensor';
import { guidanceEmbedding } from './guidance.js';
import type { WantedPicture } from './request.js';
import type { Conditioning, TextConditioner } from './text-conditioner.js';
import type { Unet, UnetRows } from './unet.js';

/** What the network is told: a row for each picture, and where it is guided one for each negative prompt before them. */
export async function unetRows(
  conditioner: TextConditioner,
  unet: Unet,
  pictures: readonly WantedPicture[],
  { options, isGuided }: { readonly options: GenerationOptions; readonly isGuided: boolean },
): Promise<UnetRows> {
  const positive = await conditioner.encode(pictures.map(({ prompt }) => prompt));
  const negative = isGuided
    ? await conditioner.encode(
        pictures.map(({ negativePrompt }) => negativePrompt),
        true,
      )
    : null;
  const all = negative ? joined(negative, positive) : positive;
  const count = all.tokens.dims[0]!;
  const { guidanceLength } = unet;
  const guidance = guidanceLength === null ? null : guidanceEmbedding(options.guidance_scale, guidanceLength);
  return {
    ...all,
    count,
    timeIds: unet.takesTimeIds ? repeated(timeIds(options), count) : null,
    guidance: guidance && repeated(guidance, count),
  };
}

/** SDXL is told the size of the picture that it was cut out of, where, and the size that is wanted. */
function timeIds({ width, height }: GenerationOptions): Float32Array {
  return Float32Array.of(height, width, 0, 0, height, width);
}

function joined(first: Conditioning, second: Conditioning): Conditioning {
  return {
    tokens: joinedTensors(first.tokens, second.tokens),
    texts: first.texts && second.texts && joinedTensors(first.texts, second.texts),
  };
}

function joinedTensors(first: Float32Tensor, second: Float32Tensor): Float32Tensor {
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return float32Tensor(data, [first.dims[0]! + second.dims[0]!, ...first.dims.slice(1)]);
}

function repeated(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
}
