import type { DetectionResult, TaskResult } from '@darkroom/contracts';

/** A picture whose job has succeeded, as the formats want it. */
export interface FinishedPicture {
  readonly jobId: string;
  /** As it was submitted; null when it came without a name. */
  readonly fileName: string | null;
  readonly result: TaskResult;
}

/** A class of the model that made the results. */
export interface FormatLabel {
  readonly id: number;
  readonly label: string;
}

export interface DetectedPicture extends FinishedPicture {
  readonly result: DetectionResult;
}

export function isDetected(picture: FinishedPicture): picture is DetectedPicture {
  return 'detections' in picture.result;
}

/** Name of the picture in a file: its own, or its job's. */
export function nameOf({ fileName, jobId }: FinishedPicture): string {
  return fileName ?? jobId;
}
