import { stringify } from 'csv-stringify/sync';
import { type FinishedPicture, isDetected, nameOf } from './finished-picture.js';

type Row = readonly (string | number)[];

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
const CLASS_COLUMNS = ['file_name', 'job_id', 'class_id', 'label', 'pixels', 'fraction'];

/**
 * Results as a table: a row for each detection, or for each class of a segmented picture. Texts that a spreadsheet
 * would take for formulas are made harmless.
 */
export function toCsv(pictures: readonly FinishedPicture[]): string {
  const columns = pictures.some(isDetected) || pictures.length === 0 ? DETECTION_COLUMNS : CLASS_COLUMNS;
  const rows = pictures.flatMap((picture) => rowsOf(picture));
  return stringify([columns, ...rows], { escape_formulas: true });
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
  if (!('classes' in picture.result)) return [];
  return picture.result.classes.map(({ id, label, pixels, fraction }) => [
    ...about,
    id,
    label,
    pixels,
    fraction,
  ]);
}
