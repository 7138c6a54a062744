import type { Pixels } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import { toFloat16 } from '@darkroom/tensor';
import type { PreparedPicture } from '../detection/detector-pipeline.js';
import { preparePicture } from '../prepare-picture.js';
import { pixelMaskTensor } from './pixel-mask.js';
import type { DetrSignature } from './signature.js';

export function prepare(
  picture: Pixels,
  preparation: CompletePreparation,
  { inputName, inputType, pixelMask }: DetrSignature,
  keptClassIds: ReadonlySet<number> | null,
): PreparedPicture {
  const { tensor, placement } = preparePicture(picture, preparation);
  return {
    feeds: {
      [inputName]: inputType === 'float16' ? toFloat16(tensor) : tensor,
      ...(pixelMask && { [pixelMask.name]: pixelMaskTensor(pixelMask, placement) }),
    },
    placement,
    keptClassIds,
  };
}
