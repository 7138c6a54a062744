import type { Pixels, Placement } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import { type Tensor, toFloat16 } from '@darkroom/tensor';
import { preparePicture } from '../prepare-picture.js';
import { boxPlacement } from './box-placement.js';
import type { YoloSignature } from './signature.js';

export interface PreparedPicture {
  /** The graph's input: `[1, 3, height, width]` or `[1, height, width, 3]`. */
  readonly feed: Tensor;
  /** Where the picture lies on the input. */
  readonly placement: Placement;
  /** The placement by which boxes come back to the picture. */
  readonly boxPlacement: Placement;
  /** Ids of the classes that the request wants to keep; `null` for all. */
  readonly keptClassIds: ReadonlySet<number> | null;
}

export function prepare(
  picture: Pixels,
  preparation: CompletePreparation,
  { inputType, decoding }: YoloSignature,
  keptClassIds: ReadonlySet<number> | null,
): PreparedPicture {
  const { tensor, placement } = preparePicture(picture, preparation);
  return {
    feed: inputType === 'float16' ? toFloat16(tensor) : tensor,
    placement,
    boxPlacement: boxPlacement(placement, preparation, decoding),
    keptClassIds,
  };
}
