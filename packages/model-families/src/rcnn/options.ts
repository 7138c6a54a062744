import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, Type } from 'typebox';
import { type DetectorTraits, detectionRequestOptions } from '../detection/options.js';
import { isBackgroundLabel } from '../label-colors.js';

const closed = { additionalProperties: false } as const;

/** More classes than any network has. */
const MOST_CLASSES = 65_536;

const outputName = (what: string) =>
  Type.Optional(
    Type.String({ description: `Name of the output with the ${what}. Default: as the graph tells.` }),
  );

/** `family_options` of an rcnn model. */
export const RcnnOptionsSchema = Type.Object(
  {
    masks: Type.Optional(Type.Boolean({ description: 'Whether the model gives masks (Mask R-CNN).' })),
    first_class: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MOST_CLASSES,
        description:
          'The number by which the graph calls the first of `labels`. Default: 0 where that is the background, else 1, as ' +
          'torchvision counts; 0 for Detectron2, which has no class for the background.',
      }),
    ),
    mask_pasting: Type.Optional(
      Type.Enum(['torchvision', 'detectron2'], {
        description:
          'Whose way it is that masks of a fixed size, such as 28 × 28, come into the picture: `torchvision` (default; also ' +
          'maskrcnn-benchmark) on whole pixels, `detectron2` on the very edges of the box.',
      }),
    ),
    boxes_output: outputName('boxes, `[N, 4]`'),
    classes_output: outputName('classes, `[N]`'),
    scores_output: outputName('scores, `[N]`'),
    masks_output: outputName('masks, `[N, 1, height, width]` or `[N, height, width]`'),
  },
  closed,
);
export type RcnnOptions = Static<typeof RcnnOptionsSchema>;
export type MaskPasting = NonNullable<RcnnOptions['mask_pasting']>;

export function familyOptions(manifest: CompleteManifest): RcnnOptions {
  return manifest.family_options as RcnnOptions;
}

/** The number by which the graph calls the class of id 0. */
export function firstClass(manifest: CompleteManifest): number {
  const [first = 'background'] = manifest.labels ?? [];
  const label = typeof first === 'string' ? first : first.label;
  return familyOptions(manifest).first_class ?? (isBackgroundLabel(label) ? 0 : 1);
}

/** What Detectron2's demo shows; the graphs themselves leave out what is below 0.05. */
const SCORE_THRESHOLD = 0.5;
/** `box_detections_per_img` of torchvision, `DETECTIONS_PER_IMAGE` of Detectron2. */
const MAX_DETECTIONS = 100;

export function traitsOf(manifest: CompleteManifest): DetectorTraits {
  return {
    hasMasks: familyOptions(manifest).masks ?? false,
    hasSuppression: false,
    defaults: { score_threshold: SCORE_THRESHOLD, max_detections: MAX_DETECTIONS },
  };
}

export function requestOptions(manifest: CompleteManifest) {
  return detectionRequestOptions(manifest, traitsOf(manifest));
}
