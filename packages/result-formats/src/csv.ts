import type { ScoredConcept } from '@darkroom/contracts';
import { stringify } from 'csv-stringify/sync';
import {
  type AnalyzedPicture,
  type FinishedPicture,
  isAnalyzed,
  isDetected,
  isMasked,
  nameOf,
} from './finished-picture.js';

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
const CONCEPT_COLUMNS = [
  'file_name',
  'job_id',
  'region',
  'x0',
  'y0',
  'x1',
  'y1',
  'area',
  'concept',
  'score',
  'similarity',
];
/** What columns of regions have for the picture as a whole: index, box and area. */
const NO_REGION: Row = [null, null, null, null, null, null];

/**
 * Results as a table: a row for each detection, for each mask, for each class of a segmented picture, or for each concept
 * of an analyzed one and of its regions. Texts that a spreadsheet would take for formulas are made harmless.
 */
export function toCsv(pictures: readonly FinishedPicture[]): string {
  const rows = pictures.flatMap((picture) => rowsOf(picture));
  return stringify([columnsOf(pictures), ...rows], { escape_formulas: true });
}

function columnsOf(pictures: readonly FinishedPicture[]): readonly string[] {
  if (pictures.some(isMasked)) return MASK_COLUMNS;
  if (pictures.some(isAnalyzed)) return CONCEPT_COLUMNS;
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
  if (isAnalyzed(picture)) return conceptRows(picture, about);
  if (!('classes' in picture.result)) return [];
  return picture.result.classes.map(({ id, label, pixels, fraction }) => [
    ...about,
    id,
    label,
    pixels,
    fraction,
  ]);
}

/** The picture as a whole comes first. */
function conceptRows({ result }: AnalyzedPicture, about: Row): Row[] {
  const rows = (place: Row, concepts: readonly ScoredConcept[]) =>
    concepts.map(({ text, score, similarity }) => [...about, ...place, text, score, similarity]);
  return [
    ...rows(NO_REGION, result.concepts),
    ...result.regions.flatMap(({ index, box, area, concepts }) => rows([index, ...box, area], concepts)),
  ];
}
