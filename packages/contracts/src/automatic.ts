import { type Static, Type } from 'typebox';

/** Of `max_masks`: more than a picture has things that anybody tells apart. */
export const MASKS_MAX = 1000;
/** All points of all crops together: each is a prompt to the decoder. */
export const AUTOMATIC_POINTS_MAX = 16_384;

const threshold = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

/** How everything in a picture is looked for, as segment-anything's automatic mask generator has it. */
export const AutomaticOptionsSchema = Type.Object({
  points_per_side: Type.Integer({
    minimum: 1,
    maximum: 128,
    description: `The picture is asked at a grid of so many times so many points. All crops together may have ${AUTOMATIC_POINTS_MAX}.`,
  }),
  points_per_batch: Type.Integer({
    minimum: 1,
    maximum: 1024,
    description: 'Points that share a run of the decoder. Where memory runs short, there are fewer.',
  }),
  pred_iou_thresh: threshold('Masks whose predicted intersection over union is not above this are left out.'),
  stability_score_thresh: threshold('Masks whose stability score is lower are left out.'),
  stability_score_offset: Type.Number({
    minimum: 0,
    maximum: 100,
    description: 'How far the threshold of the logits is moved up and down for the stability score.',
  }),
  box_nms_thresh: threshold(
    'Of two masks whose boxes overlap more than this (intersection over union), only the better one stays.',
  ),
  crop_n_layers: Type.Integer({
    minimum: 0,
    maximum: 2,
    description: 'Layers of crops to look into beside the whole picture; layer n has 4 to the power of n.',
  }),
  crop_overlap_ratio: threshold('How far crops overlap, as a part of the picture’s shorter side.'),
  crop_n_points_downscale_factor: Type.Integer({
    minimum: 1,
    maximum: 64,
    description: '`points_per_side` is divided by this once for each layer of crops.',
  }),
  min_mask_region_area: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000,
    description: 'Holes and islands of fewer pixels are removed; 0 leaves masks as they are.',
  }),
  max_masks: Type.Integer({
    minimum: 1,
    maximum: MASKS_MAX,
    description: 'The largest so many are kept.',
  }),
});
export type AutomaticOptions = Static<typeof AutomaticOptionsSchema>;

export const AutomaticFieldsSchema = Type.Partial(AutomaticOptionsSchema, {
  additionalProperties: false,
  description: 'How everything is looked for; what is left out is as the model has it.',
});
export type AutomaticFields = Static<typeof AutomaticFieldsSchema>;
