/** What is known of a prompt's masks. */
export interface MaskChoice {
  /** The decoder's own prediction of each mask's intersection over union. */
  readonly iouPredictions: ArrayLike<number>;
  /** Whether the first mask is the one that the decoder was trained to give for prompts that are not ambiguous. */
  readonly hasSingleMask: boolean;
  /** How many tokens the prompt has, with the point that is none. */
  readonly tokens: number;
  /** Whether all candidates are wanted, or the best. */
  readonly multimask: boolean;
}

/** Up to how many tokens, less a half, a prompt counts as ambiguous. */
const AMBIGUOUS_TOKENS = 2.5;

/** Outweighs all predictions, so that the single mask is chosen either surely or surely not. */
const REWEIGHTING = 1000;

/**
 * Which of a prompt's masks answer it: of several candidates all but the single mask; else one, as `select_masks` of
 * segment-anything's ONNX export has it: the single mask from three tokens on, before that the best of the others. So
 * it's by their number alone that one point (and the one that is none) or a box counts as ambiguous.
 * @returns indices of masks
 */
export function selectMasks({ iouPredictions, hasSingleMask, tokens, multimask }: MaskChoice): number[] {
  const first = hasSingleMask && iouPredictions.length > 1 ? 1 : 0;
  if (multimask) return Array.from({ length: iouPredictions.length - first }, (_, i) => first + i);
  const bonus = first === 1 ? (tokens - AMBIGUOUS_TOKENS) * REWEIGHTING : 0;
  let best = 0;
  for (let i = 1; i < iouPredictions.length; i++) {
    if (iouPredictions[i]! > iouPredictions[best]! + (best === 0 ? bonus : 0)) best = i;
  }
  return [best];
}
