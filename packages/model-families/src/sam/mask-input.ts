import type { Size } from '@darkroom/imaging';
import { type Float32Tensor, float32Tensor } from '@darkroom/tensor';

/** Earlier masks as the decoder takes them. */
export interface MaskInput {
  /** `[prompts, 1, height, width]`: logits as the decoder gave them, or 0. */
  readonly maskInput: Float32Tensor;
  /** `[1]`: 1 when there are masks, 0 when there are none. */
  readonly hasMaskInput: Float32Tensor;
}

/**
 * @param masks the logits of an earlier mask for each prompt of a run, or null for all of them
 * @param cells of a mask, such as 256 × 256
 * @throws RangeError when only some have a mask, or one is of another size
 */
export function maskInput(masks: readonly (Float32Array | null)[], cells: Size): MaskInput {
  const { width, height } = cells;
  const given = masks.filter((mask) => mask !== null);
  if (given.length > 0 && given.length < masks.length) {
    throw new RangeError(
      `expected a mask for each of ${masks.length} prompts of a run or for none, got ${given.length}`,
    );
  }
  const data = new Float32Array(masks.length * width * height);
  for (const [i, mask] of given.entries()) {
    if (mask.length !== width * height) {
      throw new RangeError(
        `expected a mask of ${width} × ${height} = ${width * height} logits, got ${mask.length}`,
      );
    }
    data.set(mask, i * mask.length);
  }
  return {
    maskInput: float32Tensor(data, [masks.length, 1, height, width]),
    hasMaskInput: float32Tensor(Float32Array.of(given.length > 0 ? 1 : 0), [1]),
  };
}
