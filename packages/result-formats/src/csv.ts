import { stringify } from 'csv-stringify/sync';
import { type FinishedPicture, isDetected, isMasked, nameOf } from './finished-picture.js';

type Row = readonly (string | number | null)[];

const DETECTION_COLUMNS = [
  'file_name',
  'job_id',
  'index',
  'class_id',
  'label',
  'score',
  'x0',
  'y0',
  'x1',
  'y1',
  'area',
];
const MASK_COLUMNS = [
  'file_name',
  'job_id',
  'index',
  'prompt_index',
  'predicted_iou',
  'stability_score',
  'x0',
  'y0',
  'x1',
  'y1',
  'area',
  'point_x',
  'point_y',
];
const CLASS_COLUMNS = ['file_name', 'job_id', 'class_id', 'label', 'pixels', 'fraction'];

/**
 * Results as a table: a row for each detection, for each mask, or for each class of a segmented picture. Texts that a spreadsheet
 * would take for formulas are made harmless.
 */
export function toCsv(pictures: readonly FinishedPicture[]): string {
  const rows = pictures.flatMap((picture) => rowsOf(picture));
  return stringify([columnsOf(pictures), ...rows], { escape_formulas: true });
}

function columnsOf(pictures: readonly FinishedPicture[]): readonly string[] {
  if (pictures.some(isMasked)) return MASK_COLUMNS;
  return pictures.some(isDetected) || pictures.length === 0 ? DETECTION_COLUMNS : CLASS_COLUMNS;
}

function rowsOf(picture: FinishedPicture): Row[] {
  const about = [nameOf(picture), picture.jobId];
  if (isDetected(picture)) {
    return picture.result.detections.map(({ index, class_id, label, score, box, area }) => [
      ...about,
      index,
      class_id,
      label,
      score,
      ...box,
      area,
    ]);
  }
  if (isMasked(picture)) {
    return picture.result.masks.map((mask) => [
      ...about,
      mask.index,
      mask.prompt_index,
      mask.predicted_iou,
      mask.stability_score,
      ...mask.box,
      mask.area,
      mask.point?.x ?? null,
      mask.point?.y ?? null,
    ]);
  }
  if (!('classes' in picture.result)) return [];
  return picture.result.classes.map(({ id, label, pixels, fraction }) => [
    ...about,
    id,
    label,
    pixels,
    fraction,
  ]);
}
