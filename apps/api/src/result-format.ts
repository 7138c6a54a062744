import { DarkroomError, type Task } from '@darkroom/contracts';
import {
  type DetectedPicture,
  type FinishedPicture,
  type FormatLabel,
  isDetected,
  toCoco,
  toCsv,
  toYoloLines,
  toYoloZip,
} from '@darkroom/result-formats';

/** A result in another form than the job's own JSON. */
export interface FormattedResult {
  readonly mediaType: string;
  /** Ending of the file it is saved as. */
  readonly extension: string;
  readonly body: string | Buffer;
}

export type TableFormat = 'coco' | 'yolo' | 'csv';

const CSV_TYPE = 'text/csv; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/**
 * One job's result, or those of a whole batch, in a common format.
 * @param labels all classes of the model
 * @throws DarkroomError `option_not_supported` where the format has no place for what the task gives
 */
export function formatResults(
  pictures: readonly FinishedPicture[],
  format: TableFormat,
  about: { readonly task: Task; readonly labels: readonly FormatLabel[]; readonly isBatch: boolean },
): FormattedResult {
  if (format === 'csv') return { mediaType: CSV_TYPE, extension: 'csv', body: toCsv(pictures) };
  const detected = pictures.filter(isDetected);
  if (about.task !== 'detection') throw noBoxes(format, about.task);
  if (format === 'coco') return jsonFile(toCoco(detected, about.labels));
  return yoloFile(detected, about);
}

function yoloFile(
  detected: readonly DetectedPicture[],
  { labels, isBatch }: { readonly labels: readonly FormatLabel[]; readonly isBatch: boolean },
): FormattedResult {
  const [only] = detected;
  if (!isBatch && only) return { mediaType: TEXT_TYPE, extension: 'txt', body: toYoloLines(only) };
  return { mediaType: 'application/zip', extension: 'zip', body: Buffer.from(toYoloZip(detected, labels)) };
}

function jsonFile(content: unknown): FormattedResult {
  const mediaType = 'application/json; charset=utf-8';
  return { mediaType, extension: 'json', body: JSON.stringify(content) };
}

function noBoxes(format: TableFormat, task: Task): DarkroomError {
  return new DarkroomError(
    'option_not_supported',
    `The format "${format}" is for boxes, which ${task} doesn't give. Ask for csv or json.`,
    { fields: [{ pointer: '#/format', detail: 'Ask for csv or json.' }] },
  );
}
