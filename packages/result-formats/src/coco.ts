import type { Detection, Rle } from '@darkroom/contracts';
import { cocoPolygon } from './coco-polygon.js';
import { type DetectedPicture, type FormatLabel, nameOf } from './finished-picture.js';

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
  /** Runs, or one list of `x, y, x, y…` for each polygon; empty where the model gives no masks. */
  readonly segmentation: Rle | readonly (readonly number[])[];
  readonly iscrowd: 0;
  readonly score: number;
}

/**
 * All detections as one COCO file. Image ids count from 1 in the order given; `category_id` is `class_id`.
 * @param labels all classes of the model; those that only occur in the results are added
 */
export function toCoco(pictures: readonly DetectedPicture[], labels: readonly FormatLabel[]): CocoFile {
  const annotations: CocoAnnotation[] = [];
  for (const [index, { result }] of pictures.entries()) {
    for (const detection of result.detections) {
      annotations.push(toAnnotation(detection, annotations.length + 1, index + 1));
    }
  }
  return {
    info: { description: 'Detections made with Darkroom', version: '1.0' },
    images: pictures.map((picture, index) => ({
      id: index + 1,
      file_name: nameOf(picture),
      width: picture.result.width,
      height: picture.result.height,
    })),
    annotations,
    categories: allLabels(pictures, labels).map(({ id, label }) => ({ id, name: label, supercategory: '' })),
  };
}

function toAnnotation(detection: Detection, id: number, imageId: number): CocoAnnotation {
  const [x0, y0, x1, y1] = detection.box as [number, number, number, number];
  return {
    id,
    image_id: imageId,
    category_id: detection.class_id,
    bbox: [x0, y0, tidy(x1 - x0), tidy(y1 - y0)],
    area: detection.area,
    segmentation: detection.rle ?? (detection.polygons ?? []).map(cocoPolygon),
    iscrowd: 0,
    score: detection.score,
  };
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
