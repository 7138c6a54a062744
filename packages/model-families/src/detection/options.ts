import {
  DEFAULT_POLYGON_TOLERANCE,
  DetectionOptionsSchema,
  MASK_FORMATS,
  PICTURE_FORMATS,
} from '@darkroom/contracts';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, type TSchema, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const fields = DetectionOptionsSchema.properties;

/** What a detector's request options depend on. */
export interface DetectorTraits {
  readonly hasMasks: boolean;
  /** Whether overlapping boxes are suppressed here, and not by the graph. */
  readonly hasSuppression: boolean;
  /** Defaults of the original library. */
  readonly defaults: {
    readonly score_threshold: number;
    readonly max_detections: number;
    /** Needed where there is suppression. */
    readonly iou_threshold?: number;
  };
}

const EveryDefaultSchema = Type.Partial(Type.Omit(DetectionOptionsSchema, ['classes']));
type Defaults = Static<typeof EveryDefaultSchema>;

const OF_SUPPRESSION = ['iou_threshold', 'class_agnostic'] as const;
const OF_MASKS = ['mask_format', 'polygon_tolerance'] as const;

/** What `defaults` in the manifest of a detector may hold. */
export function detectionDefaultsSchema({ hasMasks, hasSuppression }: DetectorTraits): TSchema {
  const unknown: readonly string[] = [
    ...(hasMasks ? [] : OF_MASKS),
    ...(hasSuppression ? [] : OF_SUPPRESSION),
  ];
  const known = Object.entries(EveryDefaultSchema.properties).filter(([name]) => !unknown.includes(name));
  return Type.Object(Object.fromEntries(known), closed);
}

/** The request options of a detector, as JSON Schema, each with the model's default. */
export function detectionRequestOptions(manifest: CompleteManifest, traits: DetectorTraits): TSchema {
  const defaults = { ...traits.defaults, ...(manifest.defaults as Defaults) };
  return Type.Object(
    {
      score_threshold: Type.Number({ ...fields.score_threshold, default: defaults.score_threshold }),
      ...(traits.hasSuppression && suppressionOptions(defaults)),
      classes: fields.classes,
      max_detections: Type.Integer({ ...fields.max_detections, default: defaults.max_detections }),
      ...(traits.hasMasks && maskOptions(defaults)),
      outputs: Type.Array(fields.outputs.items, { uniqueItems: true, default: defaults.outputs ?? [] }),
      output_format: Type.Enum([...PICTURE_FORMATS], {
        default: defaults.output_format ?? 'jpeg',
        description: 'Format of overlay and crops; masks and `model_input` are always PNG.',
      }),
      crop_padding: Type.Integer({ ...fields.crop_padding, default: defaults.crop_padding ?? 0 }),
    },
    closed,
  );
}

function suppressionOptions({ iou_threshold, class_agnostic }: Defaults) {
  return {
    iou_threshold: Type.Number({ ...fields.iou_threshold, default: iou_threshold }),
    class_agnostic: Type.Boolean({ ...fields.class_agnostic, default: class_agnostic ?? false }),
  };
}

function maskOptions({ mask_format, polygon_tolerance }: Defaults) {
  return {
    mask_format: Type.Enum([...MASK_FORMATS], {
      description: 'How masks are given. `none`: masks are neither given nor drawn.',
      default: mask_format ?? 'rle',
    }),
    polygon_tolerance: Type.Number({
      ...fields.polygon_tolerance,
      default: polygon_tolerance ?? DEFAULT_POLYGON_TOLERANCE,
    }),
  };
}
