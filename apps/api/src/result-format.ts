import { DarkroomError, type Task } from '@darkroom/contracts';
import {
  type DetectedPicture,
  type FinishedPicture,
  type FormatLabel,
  isDetected,
  isMasked,
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

/** What results are, as far as it matters to formats, and the formats that have a place for them. */
type Content = 'detections' | 'masks' | 'classes' | 'an embedding' | 'generated pictures' | 'analyses';
const FORMATS_FOR: Readonly<Record<Content, readonly TableFormat[]>> = {
  detections: ['coco', 'yolo', 'csv'],
  masks: ['coco', 'csv'],
  classes: ['csv'],
  'an embedding': [],
  'generated pictures': [],
  analyses: ['csv'],
};

/**
 * One job's result, or those of a whole batch, in a common format.
 * @param labels all classes of the model
 * @throws DarkroomError `option_not_supported` where the format has no place for what the job gives
 */
export function formatResults(
  pictures: readonly FinishedPicture[],
  format: TableFormat,
  about: { readonly task: Task; readonly labels: readonly FormatLabel[]; readonly isBatch: boolean },
): FormattedResult {
  const content = contentOf(pictures, about.task);
  if (!FORMATS_FOR[content].includes(format)) throw hasNoPlace(format, content);
  if (format === 'csv') return { mediaType: CSV_TYPE, extension: 'csv', body: toCsv(pictures) };
  const detected = pictures.filter(isDetected);
  if (format === 'coco') return jsonFile(toCoco([...detected, ...pictures.filter(isMasked)], about.labels));
  return yoloFile(detected, about);
}

/** All pictures of a batch were asked for the same. */
function contentOf([first]: readonly FinishedPicture[], task: Task): Content {
  if (task === 'detection') return 'detections';
  if (task === 'generation') return 'generated pictures';
  if (task === 'analysis') return 'analyses';
  if (first && isMasked(first)) return 'masks';
  return first && 'artifact' in first.result ? 'an embedding' : 'classes';
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

function hasNoPlace(format: TableFormat, content: Content): DarkroomError {
  const remedy = `Ask for ${[...FORMATS_FOR[content], 'json'].join(' or ')}.`;
  return new DarkroomError(
    'option_not_supported',
    `The format "${format}" has no place for ${content}, which is what the job gives. ${remedy}`,
    { fields: [{ pointer: '#/format', detail: remedy }] },
  );
}
