/** A key holds 32 bits of score and the index in the 53 bits of an exact integer. */
const MAX_SCORES = 2 ** 21;

/**
 * Indices of the scores, highest first; equal ones by rising index, as PyTorch's stable sort has them.
 * @throws RangeError when there are more than 2,097,152
 */
export function orderByScore(scores: Float32Array): Uint32Array {
  const count = scores.length;
  if (count > MAX_SCORES) {
    throw new RangeError(`expected at most ${MAX_SCORES} scores, got ${count}: filter them by score first`);
  }
  // Numbers sort much faster than indices with a comparison: the score's rank comes first in the key, then the index.
  const keys = new Float64Array(count);
  // Adding 0 makes −0, which equals 0, the same number.
  const bits = new Uint32Array(Float32Array.from(scores, (score) => score + 0).buffer);
  for (let i = 0; i < count; i++) keys[i] = descendingRank(bits[i]!) * count + i;
  keys.sort();
  return Uint32Array.from(keys, (key) => key % count);
}

/** The bits of a float as an integer that falls as the float rises. */
function descendingRank(bits: number): number {
  const isNegative = bits >>> 31 === 1;
  return isNegative ? bits : 0x7fffffff - bits;
}
