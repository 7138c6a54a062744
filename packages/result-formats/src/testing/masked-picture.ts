import type { SegmentedMask } from '@darkroom/contracts';
import type { MaskedPicture } from '../finished-picture.js';

export function segmentedMask(changes: Partial<SegmentedMask> = {}): SegmentedMask {
  return {
    index: 0,
    prompt_index: 0,
    area: 300,
    box: [10, 20, 30, 40],
    predicted_iou: 0.95,
    stability_score: 0.98,
    point: null,
    ...changes,
  };
}

export function maskedPicture(masks: readonly SegmentedMask[], fileName = 'a.jpg'): MaskedPicture {
  return { jobId: 'job_1', fileName, result: { kind: 'masks', width: 100, height: 80, masks: [...masks] } };
}
