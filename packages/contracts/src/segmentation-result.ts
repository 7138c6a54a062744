import { type Static, Type } from 'typebox';
import { boxSchema } from './box.js';
import { maskShapes } from './mask.js';
import { Nullable } from './nullable.js';
import { PointSchema } from './prompt.js';

const pictureSize = {
  width: Type.Integer({ description: 'Width of the picture as displayed, in pixels.' }),
  height: Type.Integer({ description: 'Height of the picture as displayed, in pixels.' }),
};

/** Mode `semantic`. */
export const SemanticResultSchema = Type.Object(
  {
    kind: Type.Literal('semantic'),
    ...pictureSize,
    classes: Type.Array(
      Type.Object({
        id: Type.Integer({ description: 'The class id, as it stands in `segmentation_map.png`.' }),
        label: Type.String(),
        color: Type.String({ description: 'Colour in `color_map` and `overlay`, as `#rrggbb`.' }),
        pixels: Type.Integer({ description: 'How many pixels of the picture show the class.' }),
        fraction: Type.Number({ description: '`pixels` divided by all pixels of the picture.' }),
      }),
      { description: 'The classes that occur, largest first.' },
    ),
  },
  { $id: 'SemanticResult' },
);
export type SemanticResult = Static<typeof SemanticResultSchema>;

export const SegmentedMaskSchema = Type.Object({
  index: Type.Integer({ description: 'Its place in the list; its artifacts have it too.' }),
  prompt_index: Nullable(Type.Integer(), {
    description: 'Which of `prompts` it answers; `null` where everything was looked for.',
  }),
  area: Type.Integer({ description: 'In pixels.' }),
  box: boxSchema('All 0 for a mask without a pixel.'),
  predicted_iou: Type.Number({
    description:
      'The model’s own guess of the mask’s intersection over union with the true one; can be a little above 1.',
  }),
  stability_score: Type.Number({
    minimum: 0,
    maximum: 1,
    description:
      'Intersection over union of the masks that a higher and a lower threshold of the logits give: how sure the outline is.',
  }),
  point: Nullable(PointSchema, {
    description: 'The point that led to it where everything was looked for, else `null`.',
  }),
  ...maskShapes,
});
export type SegmentedMask = Static<typeof SegmentedMaskSchema>;

/** Modes `prompts` and `everything`. */
export const MasksResultSchema = Type.Object(
  {
    kind: Type.Literal('masks'),
    ...pictureSize,
    masks: Type.Array(SegmentedMaskSchema, {
      description: 'By prompt and best first; largest first where everything was looked for.',
    }),
  },
  { $id: 'MasksResult' },
);
export type MasksResult = Static<typeof MasksResultSchema>;

/** Mode `embedding`. */
export const EmbeddingResultSchema = Type.Object(
  {
    kind: Type.Literal('embedding'),
    ...pictureSize,
    shape: Type.Array(Type.Integer(), { description: 'Shape of the embedding.' }),
    artifact: Type.String({ description: 'Name of the `.npy` file with the embedding.' }),
  },
  { $id: 'EmbeddingResult' },
);
export type EmbeddingResult = Static<typeof EmbeddingResultSchema>;
