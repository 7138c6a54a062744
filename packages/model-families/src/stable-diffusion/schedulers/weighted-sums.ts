/** `a × weight + b × weight` of each pair of numbers. */
export function addWeighted(
  a: Float32Array,
  weightOfA: number,
  b: Float32Array,
  weightOfB: number,
  into: Float32Array,
): void {
  for (let i = 0; i < into.length; i++) into[i] = a[i]! * weightOfA + b[i]! * weightOfB;
}

/** Adds noise as in training: part picture, part noise, of variance 1 together. */
export function addNoiseInProportion(
  original: Float32Array,
  noise: Float32Array,
  alphaCumprod: number,
  into: Float32Array,
): void {
  addWeighted(original, Math.sqrt(alphaCumprod), noise, Math.sqrt(1 - alphaCumprod), into);
}
