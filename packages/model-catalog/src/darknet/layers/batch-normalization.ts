import type { CfgSection } from '../parse-cfg.js';

/** By how much a normalised value is multiplied: one over its standard deviation, kept from zero. */
export type NormalizationScale = (variance: number) => number;

/** `normalize_cpu` in blas.c of pjreddie/darknet: `(x - mean) / (sqrt(variance) + .000001f)`. */
export const originalScale: NormalizationScale = (variance) => 1 / (Math.sqrt(variance) + 0.000001);

/** `fuse_conv_batchnorm` in network.c of AlexeyAB/darknet: `(x - mean) / sqrt(variance + .00001)`. */
export const forkScale: NormalizationScale = (variance) => 1 / Math.sqrt(variance + 0.00001);

/**
 * The scale of whichever Darknet runs the network: AlexeyAB's fork where the cfg has what only that knows, else the
 * original. They differ by a quarter of a percent at a variance of 0.002, and by more below.
 */
export function normalizationScaleOf(sections: readonly CfgSection[]): NormalizationScale {
  return sections.some(needsFork) ? forkScale : originalScale;
}

function needsFork({ name, entries }: CfgSection): boolean {
  const value = (key: string) => entries.get(key)?.value;
  const isAbove = (key: string, harmless: number) => Number(value(key) ?? harmless) !== harmless;
  return (
    ['mish', 'swish'].includes(value('activation') ?? '') ||
    ['stride_x', 'stride_y', 'letter_box'].some((key) => entries.has(key)) ||
    isAbove('dilation', 1) ||
    (name === 'route' && isAbove('groups', 1)) ||
    (name === 'shortcut' && (value('from') ?? '').includes(',')) ||
    isAbove('scale_x_y', 1) ||
    isAbove('new_coords', 0)
  );
}

/** What a convolution is followed by: one number for each filter. */
export interface BatchNormalization {
  readonly scales: Float32Array;
  readonly means: Float32Array;
  readonly variances: Float32Array;
}

/**
 * Folds a normalisation into the convolution before it: with s = scale / deviation, weights become w · s and biases
 * b − mean · s.
 */
export function foldBatchNormalization(
  weights: Float32Array,
  biases: Float32Array,
  { scales, means, variances }: BatchNormalization,
  normalizationScale: NormalizationScale,
): { weights: Float32Array; biases: Float32Array } {
  const folded = { weights: new Float32Array(weights.length), biases: new Float32Array(biases.length) };
  const weightsPerFilter = weights.length / biases.length;
  for (let filter = 0; filter < biases.length; filter++) {
    const factor = scales[filter]! * normalizationScale(variances[filter]!);
    folded.biases[filter] = biases[filter]! - means[filter]! * factor;
    const end = (filter + 1) * weightsPerFilter;
    for (let i = filter * weightsPerFilter; i < end; i++) folded.weights[i] = weights[i]! * factor;
  }
  return folded;
}
