import type { Pixels } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import { toFloat16 } from '@darkroom/tensor';
import type { PreparedPicture } from '../detection/detector-pipeline.js';
import { preparePicture } from '../prepare-picture.js';
import type { YoloSignature } from './signature.js';

/** The graph's input is `[1, 3, height, width]` or `[1, height, width, 3]`. */
export function prepare(
  picture: Pixels,
  preparation: CompletePreparation,
  { inputName, inputType }: YoloSignature,
  keptClassIds: ReadonlySet<number> | null,
): PreparedPicture {
  const { tensor, placement } = preparePicture(picture, preparation);
  const feed = inputType === 'float16' ? toFloat16(tensor) : tensor;
  return { feeds: { [inputName]: feed }, placement, keptClassIds };
}
