import { fusedMultiplyAdd } from './fused-multiply-add.js';

/** How many numbers are made together: eight pairs. */
export const NORMAL_BLOCK = 16;
const PAIRS = NORMAL_BLOCK / 2;

const TWO_PI = Math.fround(2 * Math.PI);

/**
 * Makes sixteen normally distributed numbers of sixteen evenly distributed ones in their place (Box and Muller): number
 * `i` with number `i + 8`. PyTorch's way on processors with AVX2, in single precision throughout, so that it gives
 * the very same numbers: the polynomials of Cephes' `logf`, `sinf` and `cosf`, each multiplication fused with the
 * addition after it.
 * @param numbers 0 ≤ number < 1, in multiples of 2⁻²⁴
 */
export function makeNormal(numbers: Float32Array, offset: number): void {
  for (let i = offset; i < offset + PAIRS; i++) {
    const radius = Math.fround(Math.sqrt(-2 * logarithm(Math.fround(1 - numbers[i]!))));
    const angle = Math.fround(TWO_PI * numbers[i + PAIRS]!);
    const octant = octantOf(angle);
    const rest = angleWithin(octant, angle);
    const square = Math.fround(rest * rest);
    const isSwapped = (octant & 2) !== 0;
    const sine = sineOf(rest, square);
    const cosine = cosineOf(square);
    const across = isSwapped ? sine : cosine;
    const along = isSwapped ? cosine : sine;
    // Adding 0 makes 0 of −0, as adding the mean does.
    numbers[i] = radius * (octant === 2 || octant === 4 ? -across : across) + 0;
    numbers[i + PAIRS] = radius * (octant & 4 ? -along : along) + 0;
  }
}

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

const SQRT_HALF = Math.fround(Math.SQRT1_2);
const LOG_0 = Math.fround(7.0376836292e-2);
const LOG_1 = Math.fround(-1.151461031e-1);
const LOG_2 = Math.fround(1.167699874e-1);
const LOG_3 = Math.fround(-1.2420140846e-1);
const LOG_4 = Math.fround(1.4249322787e-1);
const LOG_5 = Math.fround(-1.6668057665e-1);
const LOG_6 = Math.fround(2.0000714765e-1);
const LOG_7 = Math.fround(-2.4999993993e-1);
const LOG_8 = Math.fround(3.3333331174e-1);
/** The natural logarithm of 2 in two parts, the larger one exact in few bits. */
const LOG_2_SMALL = Math.fround(-2.1219444e-4);
const LOG_2_LARGE = 0.693359375;

/** The natural logarithm of a normal number above 0. */
function logarithm(value: number): number {
  floatView[0] = value;
  const bits = bitsView[0]!;
  let exponent = (bits >>> 23) - 0x7e;
  bitsView[0] = (bits & 0x7fffff) | 0x3f000000;
  const fraction = floatView[0]!;
  let x = Math.fround(fraction - 1);
  if (fraction < SQRT_HALF) {
    exponent -= 1;
    x = Math.fround(x + fraction);
  }
  const square = Math.fround(x * x);
  let sum = fusedMultiplyAdd(LOG_0, x, LOG_1);
  sum = fusedMultiplyAdd(sum, x, LOG_2);
  sum = fusedMultiplyAdd(sum, x, LOG_3);
  sum = fusedMultiplyAdd(sum, x, LOG_4);
  sum = fusedMultiplyAdd(sum, x, LOG_5);
  sum = fusedMultiplyAdd(sum, x, LOG_6);
  sum = fusedMultiplyAdd(sum, x, LOG_7);
  sum = fusedMultiplyAdd(sum, x, LOG_8);
  sum = fusedMultiplyAdd(Math.fround(sum * x), square, Math.fround(exponent * LOG_2_SMALL));
  sum = Math.fround(sum - square * 0.5);
  return fusedMultiplyAdd(exponent, LOG_2_LARGE, Math.fround(x + sum));
}

const FOUR_BY_PI = Math.fround(4 / Math.PI);

/** The nearest even multiple of π/4 at or above: 0, 2, 4, 6 or 8. */
function octantOf(angle: number): number {
  return (Math.trunc(Math.fround(angle * FOUR_BY_PI)) + 1) & ~1;
}

/** −π/4 in three parts, each exact in few bits, so that nothing of the difference is lost. */
const QUARTER_PI_LARGE = -0.78515625;
const QUARTER_PI_MIDDLE = Math.fround(-2.4187564849853516e-4);
const QUARTER_PI_SMALL = Math.fround(-3.774894977445941e-8);

/** What is left of an angle without a multiple of π/4. */
function angleWithin(multiple: number, angle: number): number {
  const nearly = fusedMultiplyAdd(multiple, QUARTER_PI_LARGE, angle);
  return fusedMultiplyAdd(multiple, QUARTER_PI_SMALL, fusedMultiplyAdd(multiple, QUARTER_PI_MIDDLE, nearly));
}

const SINE_0 = Math.fround(-1.9515295891e-4);
const SINE_1 = Math.fround(8.3321608736e-3);
const SINE_2 = Math.fround(-1.6666654611e-1);

/** @param x within π/4 of 0 */
function sineOf(x: number, square: number): number {
  const sum = fusedMultiplyAdd(fusedMultiplyAdd(SINE_0, square, SINE_1), square, SINE_2);
  return fusedMultiplyAdd(Math.fround(sum * square), x, x);
}

const COSINE_0 = Math.fround(2.443315711809948e-5);
const COSINE_1 = Math.fround(-1.388731625493765e-3);
const COSINE_2 = Math.fround(4.166664568298827e-2);

/** @param square of a number within π/4 of 0 */
function cosineOf(square: number): number {
  const sum = fusedMultiplyAdd(fusedMultiplyAdd(COSINE_0, square, COSINE_1), square, COSINE_2);
  return Math.fround(fusedMultiplyAdd(Math.fround(sum * square), square, -square * 0.5) + 1);
}
