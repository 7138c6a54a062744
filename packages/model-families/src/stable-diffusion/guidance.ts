/**
 * Whether a network is asked twice at each step, with the prompt and with the negative one. A scale of 1 is what it says
 * with the prompt alone; a network that is told the scale itself is asked once (see {@link guidanceEmbedding}).
 */
export function isGuided(guidanceScale: number, isToldScale: boolean): boolean {
  return guidanceScale > 1 && !isToldScale;
}

/**
 * Classifier-free guidance (Ho and Salimans, 2022): further from what the network says with the negative prompt, in the
 * direction of what it says with the prompt. In single precision, as diffusers has it.
 * @param into may be one of the two
 */
export function guide(
  unconditional: Float32Array,
  conditional: Float32Array,
  guidanceScale: number,
  into: Float32Array,
): void {
  const { fround } = Math;
  const scale = fround(guidanceScale);
  for (let i = 0; i < into.length; i++) {
    const negative = unconditional[i]!;
    into[i] = negative + fround(scale * fround(conditional[i]! - negative));
  }
}

/** The frequencies reach from 1 down to its inverse, and the scale is multiplied before. */
const LONGEST_PERIOD = 10_000;
const SCALE_FACTOR = 1000;

/**
 * The guidance scale as the input `timestep_cond` of latent consistency models: sines and cosines of it in many
 * frequencies, as Kingma and others (2021, "Variational Diffusion Models") encode a number.
 * @param length of the input for one picture
 */
export function guidanceEmbedding(guidanceScale: number, length: number): Float32Array {
  const { fround } = Math;
  const half = Math.floor(length / 2);
  const scale = fround(fround(guidanceScale - 1) * SCALE_FACTOR);
  const step = fround(fround(Math.log(LONGEST_PERIOD)) / (half - 1));
  const embedding = new Float32Array(length);
  for (let i = 0; i < half; i++) {
    const angle = fround(scale * fround(Math.exp(fround(-step * i))));
    embedding[i] = Math.sin(angle);
    embedding[half + i] = Math.cos(angle);
  }
  return embedding;
}
