import { type ModelManifest, ModelManifestSchema, type Preparation } from '@darkroom/contracts';
import { Value } from 'typebox/value';

type PerChannel = [number, number, number];

type With<Base, Fields extends keyof Base> = Base & Required<Pick<Base, Fields>>;

/** A preparation with every default filled in; the sizes are there where its resize mode needs them. */
export type CompletePreparation = With<
  Preparation,
  'letterbox_anchor' | 'letterbox_rounding' | 'scale' | 'channel_order' | 'layout'
> & {
  padding_color: PerChannel;
  mean: PerChannel;
  std: PerChannel;
};

/** A manifest with every default filled in, so that what uses it knows no defaults of its own. */
export type CompleteManifest = With<ModelManifest, 'demo' | 'palette' | 'defaults' | 'family_options'> & {
  preparation: CompletePreparation;
  runtime: Required<NonNullable<ModelManifest['runtime']>>;
  batching: Required<NonNullable<ModelManifest['batching']>>;
};

/** Fills in the defaults that the manifest's schema names; a mean is 0 and a std 1 in each channel. */
export function withDefaults(manifest: ModelManifest): CompleteManifest {
  const { preparation, ...rest } = structuredClone(manifest);
  return Value.Default(ModelManifestSchema, {
    runtime: {},
    batching: {},
    defaults: {},
    family_options: {},
    ...rest,
    preparation: { mean: [0, 0, 0], std: [1, 1, 1], ...preparation },
  }) as CompleteManifest;
}
