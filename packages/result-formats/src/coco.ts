import type { Detection, Rle, SegmentedMask } from '@darkroom/contracts';
import { cocoPolygon } from './coco-polygon.js';
import {
  type DetectedPicture,
  type FormatLabel,
  isMasked,
  type MaskedPicture,
  nameOf,
} from './finished-picture.js';

/** A file of COCO's object detection format (cocodataset.org/#format-data), with scores as in its results format. */
export interface CocoFile {
  readonly info: { readonly description: string; readonly version: string };
  readonly images: readonly CocoImage[];
  readonly annotations: readonly CocoAnnotation[];
  readonly categories: readonly {
    readonly id: number;
    readonly name: string;
    readonly supercategory: string;
  }[];
}

export interface CocoImage {
  readonly id: number;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
}

export interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  /** `[x, y, width, height]` in pixels. */
  readonly bbox: readonly [number, number, number, number];
  readonly area: number;
  /** Runs, or one list of `x, y, x, y…` for each polygon; empty where there are no masks, or as files only. */
  readonly segmentation: Rle | readonly (readonly number[])[];
  readonly iscrowd: 0;
  readonly score: number;
}

/** What things are that nobody named: COCO knows no annotation without a category. */
const UNNAMED: FormatLabel = { id: 1, label: 'object' };

/**
 * All detections, or all masks, as one COCO file. Image ids count from 1 in the order given; `category_id` is
 * `class_id`. Masks without classes are all of one category, and their score is the predicted intersection over union.
 * @param labels all classes of the model; those that only occur in the results are added
 */
export function toCoco(
  pictures: readonly (DetectedPicture | MaskedPicture)[],
  labels: readonly FormatLabel[],
): CocoFile {
  const annotations: CocoAnnotation[] = [];
  for (const [index, picture] of pictures.entries()) {
    for (const thing of thingsOf(picture)) {
      annotations.push(toAnnotation(thing, annotations.length + 1, index + 1));
    }
  }
  return {
    info: { description: 'Made with Darkroom', version: '1.0' },
    images: pictures.map((picture, index) => ({
      id: index + 1,
      file_name: nameOf(picture),
      width: picture.result.width,
      height: picture.result.height,
    })),
    annotations,
    categories: categoriesOf(pictures, labels).map(({ id, label }) => ({
      id,
      name: label,
      supercategory: '',
    })),
  };
}

/** What a detection and a mask have in common, or can have. */
type Thing = Pick<Detection & SegmentedMask, 'class_id' | 'score' | 'box' | 'area' | 'rle' | 'polygons'>;

function thingsOf(picture: DetectedPicture | MaskedPicture): Thing[] {
  if (!isMasked(picture)) return picture.result.detections;
  return picture.result.masks.map((mask) => ({ ...mask, class_id: UNNAMED.id, score: mask.predicted_iou }));
}

function toAnnotation(thing: Thing, id: number, imageId: number): CocoAnnotation {
  const [x0, y0, x1, y1] = thing.box as [number, number, number, number];
  return {
    id,
    image_id: imageId,
    category_id: thing.class_id,
    bbox: [x0, y0, tidy(x1 - x0), tidy(y1 - y0)],
    area: thing.area,
    segmentation: thing.rle ?? (thing.polygons ?? []).map(cocoPolygon),
    iscrowd: 0,
    score: thing.score,
  };
}

function categoriesOf(
  pictures: readonly (DetectedPicture | MaskedPicture)[],
  labels: readonly FormatLabel[],
): FormatLabel[] {
  const detected = pictures.flatMap((picture) => (isMasked(picture) ? [] : [picture]));
  const named = allLabels(detected, labels);
  return pictures.some(isMasked) ? [...named, UNNAMED] : named;
}

/** The model's labels and those that only the results know, by id. */
export function allLabels(
  pictures: readonly DetectedPicture[],
  labels: readonly FormatLabel[],
): FormatLabel[] {
  const byId = new Map(labels.map((label) => [label.id, label]));
  for (const { result } of pictures) {
    for (const { class_id: id, label } of result.detections) if (!byId.has(id)) byId.set(id, { id, label });
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

/** Takes off what subtracting binary fractions adds: 12.300000000000011. */
function tidy(pixels: number): number {
  return Number(pixels.toFixed(4));
}
