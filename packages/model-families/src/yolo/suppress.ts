import type { DetectionOptions } from '@darkroom/contracts';
import { nonMaximumSuppression } from '@darkroom/imaging';
import type { CandidateList } from './candidate-list.js';

/**
 * Greedy non-maximum suppression, best first: within each class unless the request says otherwise. Without a
 * threshold, as for graphs that have suppressed, nothing is.
 * @returns indices into the list, no more than `max_detections`
 */
export function suppress(
  found: CandidateList,
  { iou_threshold = Number.POSITIVE_INFINITY, class_agnostic = false, max_detections }: DetectionOptions,
): Int32Array {
  return nonMaximumSuppression({
    boxes: found.boxes,
    scores: found.scores,
    classIds: class_agnostic ? undefined : found.classIds,
    iouThreshold: iou_threshold,
    maxKept: max_detections,
  });
}
