import {
  type Box,
  boxArea,
  fillSmallHoles,
  nonMaximumSuppression,
  removeSmallIslands,
} from '@darkroom/imaging';
import { type FoundMask, inclusiveBoxOf } from './found-mask.js';

/** Of the masks of one crop whose boxes overlap, those that the decoder thinks best; best first. */
export function suppressWithinCrop(masks: readonly FoundMask[], iouThreshold: number): FoundMask[] {
  return suppress(masks, iouThreshold, ({ predictedIou }) => predictedIou);
}

/** Of the masks of all crops whose boxes overlap, those of the smallest crops; these first. */
export function suppressBetweenCrops(masks: readonly FoundMask[], iouThreshold: number): FoundMask[] {
  return suppress(masks, iouThreshold, ({ cropBox }) => 1 / boxArea(cropBox));
}

/**
 * Takes small holes and islands off the masks, and of those whose boxes overlap then keeps the ones that had none;
 * these first. `postprocess_small_regions` of segment-anything.
 */
export function cleanMasks(masks: readonly FoundMask[], minArea: number, iouThreshold: number): FoundMask[] {
  const cleaned = masks.map((found) => {
    const mask = removeSmallIslands(fillSmallHoles(found.mask, minArea), minArea);
    return { ...found, mask, inclusiveBox: inclusiveBoxOf(mask) };
  });
  return suppress(cleaned, iouThreshold, ({ mask }, i) => (mask === masks[i]!.mask ? 1 : 0));
}

function suppress(
  masks: readonly FoundMask[],
  iouThreshold: number,
  scoreOf: (mask: FoundMask, index: number) => number,
): FoundMask[] {
  const boxes = new Float32Array(masks.length * 4);
  for (const [i, { inclusiveBox }] of masks.entries()) boxes.set(inclusiveBox satisfies Box, i * 4);
  const scores = Float32Array.from(masks, scoreOf);
  const kept = nonMaximumSuppression({ boxes, scores, iouThreshold, maxKept: Number.POSITIVE_INFINITY });
  return Array.from(kept, (index) => masks[index]!);
}
