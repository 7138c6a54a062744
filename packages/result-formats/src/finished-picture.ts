import type { AnalysisResult, DetectionResult, MasksResult, TaskResult } from '@darkroom/contracts';

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

/** A picture with masks of things that nobody named. */
export interface MaskedPicture extends FinishedPicture {
  readonly result: MasksResult;
}

/** A picture that was compared with concepts. */
export interface AnalyzedPicture extends FinishedPicture {
  readonly result: AnalysisResult;
}

export function isDetected(picture: FinishedPicture): picture is DetectedPicture {
  return 'detections' in picture.result;
}

export function isMasked(picture: FinishedPicture): picture is MaskedPicture {
  return 'masks' in picture.result;
}

export function isAnalyzed(picture: FinishedPicture): picture is AnalyzedPicture {
  return 'top_concept' in picture.result;
}

/** Name of the picture in a file: its own, or its job's. */
export function nameOf({ fileName, jobId }: FinishedPicture): string {
  return fileName ?? jobId;
}
