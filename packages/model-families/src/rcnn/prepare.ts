import type { Pixels } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import { type Float32Tensor, toFloat16 } from '@darkroom/tensor';
import type { PreparedPicture } from '../detection/detector-pipeline.js';
import { preparePicture } from '../prepare-picture.js';
import type { RcnnSignature } from './signature.js';

export function prepare(
  picture: Pixels,
  preparation: CompletePreparation,
  { inputName, inputType, hasBatch }: RcnnSignature,
  keptClassIds: ReadonlySet<number> | null,
): PreparedPicture {
  const { tensor, placement } = preparePicture(picture, preparation);
  const feed: Float32Tensor = hasBatch ? tensor : { ...tensor, dims: tensor.dims.slice(1) };
  return {
    feeds: { [inputName]: inputType === 'float16' ? toFloat16(feed) : feed },
    placement,
    keptClassIds,
  };
}
