import type { AutomaticOptions } from '@darkroom/contracts';

/** 12 megapixels. */
export const PICTURE_SIZE = { width: 4000, height: 3000 } as const;

/** The defaults of segment-anything: 1,024 points. */
export const AUTOMATIC: AutomaticOptions = {
  points_per_side: 32,
  points_per_batch: 64,
  pred_iou_thresh: 0.88,
  stability_score_thresh: 0.95,
  stability_score_offset: 1,
  box_nms_thresh: 0.7,
  crop_n_layers: 0,
  crop_overlap_ratio: 512 / 1500,
  crop_n_points_downscale_factor: 1,
  min_mask_region_area: 0,
  max_masks: 1000,
};

/** What the masks that are looked through have to reach. */
export const THRESHOLDS = [
  { name: 'as usual', automatic: {} },
  { name: 'none', automatic: { pred_iou_thresh: 0, stability_score_thresh: 0 } },
] as const;
