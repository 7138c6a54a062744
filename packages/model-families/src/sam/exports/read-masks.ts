import { DarkroomError } from '@darkroom/contracts';
import { elementCount, float32Tensor, type Tensor, toFloat32 } from '@darkroom/tensor';
import type { PointMasks } from '../mask-finder.js';

/** A decoder that gives all its masks gives the single one and three candidates. */
const MASKS_WITH_SINGLE = 4;

/**
 * The masks of each prompt, whatever dimensions of 1 stand before the prompts.
 * @param logits `[…, prompts, masks, height, width]`
 * @param predictions `[…, prompts, masks]`
 * @throws DarkroomError `inference_failed` when they don't go together
 */
export function readMasks(logits: Tensor, predictions: Tensor): PointMasks {
  const [prompts = 0, masks = 0, height = 0, width = 0] = logits.dims.slice(-4);
  const count = prompts * masks;
  const isOne = elementCount(logits.dims) === count * height * width;
  if (logits.dims.length < 4 || !isOne || predictions.data.length !== count) {
    throw new DarkroomError(
      'inference_failed',
      'Expected masks of [prompts, masks, height, width] and a prediction for each, got tensors of ' +
        `[${logits.dims.join(', ')}] and [${predictions.dims.join(', ')}].`,
    );
  }
  return {
    lowResLogits: float32Tensor(toFloat32(logits).data, [prompts, masks, height, width]),
    iouPredictions: float32Tensor(toFloat32(predictions).data, [prompts, masks]),
    hasSingleMask: masks === MASKS_WITH_SINGLE,
  };
}
