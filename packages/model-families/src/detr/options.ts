import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, Type } from 'typebox';
import { type DetectorTraits, detectionRequestOptions } from '../detection/options.js';

const closed = { additionalProperties: false } as const;

/** Pairs of a query and a class; more than any network has queries. */
const MOST_PAIRS = 10_000;

/** `family_options` of a detr model. */
export const DetrOptionsSchema = Type.Object(
  {
    activation: Type.Optional(
      Type.Enum(['softmax', 'sigmoid'], {
        description:
          'How logits become scores. `softmax`: the last class is that nothing is there, and each query has one class (DETR, ' +
          'YOLOS, Table Transformer). `sigmoid`: each class of each query for itself (Conditional and Deformable DETR, RT-DETR, ' +
          'D-FINE, RF-DETR). Default: sigmoid where there are as many logits as labels, else softmax.',
      }),
    ),
    top_k: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MOST_PAIRS,
        description:
          '`sigmoid` only: of all pairs of a query and a class, the best so many count. Default: as many as there are ' +
          'queries, as RT-DETR does; 100 for Conditional and Deformable DETR.',
      }),
    ),
    logits_output: Type.Optional(
      Type.String({ description: 'The output `[batch, queries, classes]`. Default: as the graph tells.' }),
    ),
    boxes_output: Type.Optional(
      Type.String({ description: 'The output `[batch, queries, 4]`. Default: as the graph tells.' }),
    ),
  },
  closed,
);
export type DetrOptions = Static<typeof DetrOptionsSchema>;
export type Activation = NonNullable<DetrOptions['activation']>;

export function familyOptions(manifest: CompleteManifest): DetrOptions {
  return manifest.family_options as DetrOptions;
}

/** `threshold` of transformers' `post_process_object_detection`. */
const SCORE_THRESHOLD = 0.5;
/** Queries of the larger networks. */
const MAX_DETECTIONS = 300;

export const TRAITS: DetectorTraits = {
  hasMasks: false,
  hasSuppression: false,
  defaults: { score_threshold: SCORE_THRESHOLD, max_detections: MAX_DETECTIONS },
};

export function requestOptions(manifest: CompleteManifest) {
  return detectionRequestOptions(manifest, TRAITS);
}
