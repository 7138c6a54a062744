import type { MaskFormat, SegmentedMask } from '@darkroom/contracts';
import type { Size } from '@darkroom/imaging';
import type { PipelineArtifact } from '../family.js';
import { fewAtATime } from '../few-at-a-time.js';
import { type MaskShapeOptions, shapeRuns } from '../mask-shapes.js';
import type { AnsweredMask } from './answered-mask.js';

/** Scores are given to six decimals: about what is in a float32. */
const STEPS_PER_SCORE = 1e6;
/** Points of grids are given to a hundredth of a pixel. */
const STEPS_PER_PIXEL = 100;

export interface DescribedMasks {
  readonly masks: readonly SegmentedMask[];
  /** The masks that were asked for as files. */
  readonly artifacts: readonly PipelineArtifact[];
}

/** Masks as a result has them, in the format that is asked for. */
export async function describeMasks(
  answered: readonly AnsweredMask[],
  picture: Size,
  options: MaskShapeOptions & { readonly mask_format: MaskFormat },
): Promise<DescribedMasks> {
  const described = await fewAtATime(answered, async (one, index) => {
    const { shape, artifact } = await shapeRuns(one.mask, index, picture, options);
    return { mask: { index, ...describe(one), ...shape }, artifact };
  });
  return {
    masks: described.map(({ mask }) => mask),
    artifacts: described.flatMap(({ artifact }) => artifact ?? []),
  };
}

function describe({ promptIndex, area, box, predictedIou, stabilityScore, point }: AnsweredMask) {
  return {
    prompt_index: promptIndex,
    area,
    box: [...box],
    predicted_iou: round(predictedIou, STEPS_PER_SCORE),
    stability_score: round(stabilityScore, STEPS_PER_SCORE),
    point: point && { x: round(point[0], STEPS_PER_PIXEL), y: round(point[1], STEPS_PER_PIXEL) },
  };
}

function round(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
