/**
 * `a × b + c` of single-precision numbers, rounded once to single precision, as processors do it in one instruction.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  // Of 24 bits each, so exact; the sum mostly is.
  const product = a * b;
  const sum = product + c;
  const added = sum - product;
  const lost = product - (sum - added) + (c - added);
  return lost === 0 ? Math.fround(sum) : roundedOnce(sum, lost);
}

/** The single-precision number nearest to `sum + lost`, where `lost` is too small for the sum in double precision. */
function roundedOnce(sum: number, lost: number): number {
  const rounded = Math.fround(sum);
  const beyond = sum - rounded;
  const isHalfWay = beyond !== 0 && Math.fround(rounded + 2 * beyond) === rounded + 2 * beyond;
  return isHalfWay ? Math.fround(sum + Math.sign(lost) * Math.abs(sum) * 2 ** -50) : rounded;
}
