import type { MasksResult, Rle } from '@darkroom/contracts';

/** A mask as segment-anything's automatic mask generator gives it, with `output_mode="coco_rle"`. */
export interface GeneratedMask {
  readonly segmentation: Rle;
  readonly area: number;
  /** `[x, y, width, height]` between the centres of the outermost pixels, as segment-anything has it. */
  readonly bbox: readonly [number, number, number, number];
  readonly predicted_iou: number;
  readonly point_coords: readonly (readonly [number, number])[];
  readonly stability_score: number;
}

/** The masks of a job, largest first. */
export function generatedMasks({ masks }: MasksResult): GeneratedMask[] {
  return masks.map(({ rle, area, box, predicted_iou, stability_score, point }) => {
    const [x0, y0, x1, y1] = box as [number, number, number, number];
    return {
      segmentation: rle!,
      area,
      bbox: [x0, y0, Math.max(x1 - x0 - 1, 0), Math.max(y1 - y0 - 1, 0)],
      predicted_iou,
      point_coords: point ? [[point.x, point.y]] : [],
      stability_score,
    };
  });
}
