import type { Pixels, Placement } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import { type Tensor, toFloat16 } from '@darkroom/tensor';
import { preparePicture } from '../prepare-picture.js';

export interface PreparedPicture {
  /** The graph's input: `[1, 3, height, width]` or `[1, height, width, 3]`. */
  readonly feed: Tensor;
  readonly placement: Placement;
}

export function prepare(
  picture: Pixels,
  preparation: CompletePreparation,
  inputType: 'float32' | 'float16',
): PreparedPicture {
  const { tensor, placement } = preparePicture(picture, preparation);
  return { feed: inputType === 'float16' ? toFloat16(tensor) : tensor, placement };
}
