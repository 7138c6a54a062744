import type { GenerationOptions } from '@darkroom/contracts';
import { guidanceEmbedding } from './guidance.js';
import type { WantedPicture } from './request.js';
import type { TextConditioner } from './text-conditioner.js';
import type { Unet, UnetRows } from './unet.js';

type RowOptions = Pick<GenerationOptions, 'width' | 'height' | 'guidance_scale'>;

/** What the network is told: a row for each picture, and where it is guided one for the negative prompt of each before them. */
export async function unetRows(
  conditioner: TextConditioner,
  unet: Unet,
  pictures: readonly WantedPicture[],
  { options, isGuided }: { readonly options: RowOptions; readonly isGuided: boolean },
): Promise<UnetRows> {
  const texts = [
    ...(isGuided ? pictures.map(({ negativePrompt }) => negativePrompt) : []),
    ...pictures.map(({ prompt }) => prompt),
  ];
  const conditioning = await conditioner.encode(texts);
  const count = texts.length;
  const { guidanceLength } = unet;
  const guidance = guidanceLength === null ? null : guidanceEmbedding(options.guidance_scale, guidanceLength);
  return {
    ...conditioning,
    count,
    timeIds: unet.takesTimeIds ? repeated(timeIds(options), count) : null,
    guidance: guidance && repeated(guidance, count),
  };
}

/** SDXL is told the size of the picture that it was cut out of, where, and the size that is wanted. */
function timeIds({ width, height }: RowOptions): Float32Array {
  return Float32Array.of(height, width, 0, 0, height, width);
}

function repeated(values: Float32Array, times: number): Float32Array {
  const all = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return all;
}
