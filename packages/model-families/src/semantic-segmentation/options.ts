import { PictureFormatSchema, SEMANTIC_OUTPUTS, SemanticOptionsSchema } from '@darkroom/contracts';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;

/** `family_options` of a semantic-segmentation model. */
export const SemanticSegmentationOptionsSchema = Type.Object(
  {
    output: Type.Optional(
      Type.String({
        description: 'The output with the logits, where the graph has several and none is called `out`.',
      }),
    ),
    output_layout: Type.Optional(
      Type.Enum(['nchw', 'nhwc'], {
        description:
          'Order of the output’s dimensions, where neither its shape nor the input’s layout tells.',
      }),
    ),
    background: Type.Optional(
      Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
        description:
          'Class id that the overlay leaves as it is, null for none. Default: 0 where label 0 is called background.',
      }),
    ),
  },
  closed,
);
export type SemanticSegmentationOptions = Static<typeof SemanticSegmentationOptionsSchema>;

const { mode, outputs, output_format } = SemanticOptionsSchema.properties;

/** What `defaults` in a manifest may hold. */
export const DefaultsSchema = Type.Object(
  { mode: Type.Optional(mode), outputs: Type.Optional(outputs), output_format: Type.Optional(output_format) },
  closed,
);
type Defaults = Static<typeof DefaultsSchema>;

/** The request options, each with the model's default. */
export function requestOptions(manifest: CompleteManifest) {
  const defaults = manifest.defaults as Defaults;
  return Type.Object(
    {
      mode: Type.Enum(['semantic'], { default: defaults.mode ?? 'semantic' }),
      outputs: Type.Array(Type.Enum([...SEMANTIC_OUTPUTS]), {
        uniqueItems: true,
        default: defaults.outputs ?? [],
        description: 'Artifacts to make; `segmentation_map` is always made.',
      }),
      output_format: Type.Enum(PictureFormatSchema.enum, {
        default: defaults.output_format ?? 'jpeg',
        description: 'Format of the overlay; maps are always PNG.',
      }),
    },
    closed,
  );
}
