import type { Detection } from '@darkroom/contracts';
import type { DetectedPicture } from '../finished-picture.js';

export const LABELS = [
  { id: 0, label: 'cat' },
  { id: 1, label: 'dog' },
  { id: 2, label: 'bird' },
];

export function detection(changes: Partial<Detection> = {}): Detection {
  return {
    index: 0,
    class_id: 0,
    label: 'cat',
    score: 0.9,
    box: [10.1, 20, 22.4, 50],
    area: 369,
    crop: null,
    ...changes,
  };
}

export function detectedPicture(
  fileName: string | null,
  detections: readonly Detection[],
  jobId = 'job_1',
): DetectedPicture {
  return { jobId, fileName, result: { width: 100, height: 80, detections: [...detections], counts: {} } };
}
