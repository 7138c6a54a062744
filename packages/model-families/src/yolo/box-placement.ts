import type { Placement } from '@darkroom/imaging';
import type { CompletePreparation } from '@darkroom/model-catalog';
import type { Decoding } from './decoding.js';

/**
 * The placement by which boxes come back to the picture as the original's do. In a letterbox a resized side is a whole
 * number of pixels, and each library forgets another part of that:
 * - ultralytics (`scale_boxes`) and YOLOX take both sides for scaled by the same, unrounded factor.
 * - Darknet (`correct_yolo_boxes`) takes the padding of both sides for equal, though where it is odd the picture lies
 *   half a pixel further left and up.
 *
 * On a large picture that is some pixels, as it is in the boxes that such a network was measured by.
 */
export function boxPlacement(
  placement: Placement,
  { resize, letterbox_rounding }: CompletePreparation,
  decoding: Decoding,
): Placement {
  if (resize !== 'letterbox') return placement;
  if (decoding.kind === 'candidates' && decoding.layout.layout === 'darknet-heads') {
    return withEvenPadding(placement);
  }
  return letterbox_rounding === 'floor' ? placement : withUnroundedScale(placement);
}

function withEvenPadding(placement: Placement): Placement {
  const { inputWidth, inputHeight, resizedWidth, resizedHeight } = placement;
  return {
    ...placement,
    offsetX: (inputWidth - resizedWidth) / 2,
    offsetY: (inputHeight - resizedHeight) / 2,
  };
}

function withUnroundedScale(placement: Placement): Placement {
  const { pictureWidth, pictureHeight, inputWidth, inputHeight } = placement;
  const scale = Math.min(inputWidth / pictureWidth, inputHeight / pictureHeight);
  return { ...placement, resizedWidth: pictureWidth * scale, resizedHeight: pictureHeight * scale };
}
