import { linspace } from './timestep-spacing.js';

/** The noise's standard deviation beside a picture of full size, at each timestep of training. */
export function trainingSigmas(alphasCumprod: Float32Array): Float32Array {
  return alphasCumprod.map((alpha) => Math.sqrt(Math.fround(Math.fround(1 - alpha) / alpha)));
}

/** The value at a timestep that need not be whole: `numpy.interp`. */
export function valueAt(values: Float32Array, timestep: number): number {
  const last = values.length - 1;
  if (timestep <= 0) return values[0]!;
  if (timestep >= last) return values[last]!;
  const below = Math.floor(timestep);
  return values[below]! + (values[below + 1]! - values[below]!) * (timestep - below);
}

/** The exponent of Karras and others (2022), equation 5. */
const RHO = 7;

/** Standard deviations from the largest to the smallest, close together where they are small. */
export function karrasSigmas(largest: number, smallest: number, count: number): number[] {
  const from = largest ** (1 / RHO);
  const to = smallest ** (1 / RHO);
  return linspace(0, 1, count).map((ramp) => (from + ramp * (to - from)) ** RHO);
}

const SMALLEST_SIGMA = 1e-10;

/** The timestep with a standard deviation, between those of training by its logarithm. */
export function timestepOfSigma(sigma: number, logSigmas: Float32Array): number {
  const logSigma = Math.log(Math.max(sigma, SMALLEST_SIGMA));
  let low = 0;
  for (let i = 1; i < logSigmas.length - 1; i++) if (logSigmas[i]! <= logSigma) low = i;
  const weight = (logSigmas[low]! - logSigma) / (logSigmas[low]! - logSigmas[low + 1]!);
  const clipped = Math.min(Math.max(weight, 0), 1);
  return (1 - clipped) * low + clipped * (low + 1);
}
