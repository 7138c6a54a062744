import { type ModelManifest, ModelManifestSchema, type Preparation } from '@darkroom/contracts';
import { Value } from 'typebox/value';

type PerChannel = [number, number, number];

type With<Base, Fields extends keyof Base> = Base & Required<Pick<Base, Fields>>;

/** A preparation with every default filled in; sizes and resampler are there where its resize mode needs them. */
export type CompletePreparation = With<
  Preparation,
  | 'letterbox_anchor'
  | 'letterbox_rounding'
  | 'shortest_edge_rounding'
  | 'crop_rounding'
  | 'scale'
  | 'channel_order'
  | 'layout'
> & {
  padding_color: PerChannel;
  mean: PerChannel;
  std: PerChannel;
};

/** A manifest with every default filled in, so that what uses it knows no defaults of its own. */
export type CompleteManifest = With<ModelManifest, 'demo' | 'palette' | 'defaults' | 'family_options'> & {
  /** Of a model that prepares no pictures, one that leaves a picture as it is. */
  preparation: CompletePreparation;
  runtime: Required<NonNullable<ModelManifest['runtime']>>;
  batching: Required<NonNullable<ModelManifest['batching']>>;
};

/** A picture one pixel high and 20,000 wide would otherwise grow to millions of pixels on its way to the network. */
const LONGEST_PER_SHORTEST_EDGE = 16;

/**
 * Fills in the defaults that the manifest’s schema names; a mean is 0 and a std 1 in each channel, and the longest
 * edge 16 times the shortest, unless the middle is cut out.
 */
export function withDefaults(manifest: ModelManifest): CompleteManifest {
  const { preparation = { resize: 'none' }, ...rest } = structuredClone(manifest);
  return Value.Default(ModelManifestSchema, {
    runtime: {},
    batching: {},
    defaults: {},
    family_options: {},
    ...rest,
    preparation: { mean: [0, 0, 0], std: [1, 1, 1], ...longestEdge(preparation), ...preparation },
  }) as CompleteManifest;
}

function longestEdge({ shortest_edge, width }: Preparation): Partial<Preparation> {
  // Of what is cut off nothing is made.
  return shortest_edge === undefined || width !== undefined
    ? {}
    : { longest_edge: LONGEST_PER_SHORTEST_EDGE * shortest_edge };
}
