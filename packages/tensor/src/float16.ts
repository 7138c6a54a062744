import type { Float32Tensor, Tensor, TensorOf } from './tensor.js';

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

/**
 * The IEEE 754 binary16 pattern nearest to a number, ties to even; beyond 65504 it is an infinity.
 */
export function float16Bits(value: number): number {
  floatView[0] = value;
  const bits = bitsView[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal in half precision: a multiple of 2^-24. Adding 0.5 makes the float adder round it to even.
    floatView[0] = Math.abs(floatView[0]!) + 0.5;
    return sign | (bitsView[0]! - 0x3f000000);
  }
  const roundedToEven = magnitude + 0x0fff + ((magnitude >>> 13) & 1);
  return sign | ((roundedToEven - 0x38000000) >>> 13);
}

/** The number an IEEE 754 binary16 pattern stands for. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let valueOfBits: Float32Array | undefined;

/** All 65,536 half-precision values, built once: decoding a tensor becomes one look-up per element. */
function float16Table(): Float32Array {
  valueOfBits ??= Float32Array.from({ length: 0x10000 }, (_, bits) => float16Value(bits));
  return valueOfBits;
}

export function float32ToFloat16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = float16Bits(values[i]!);
  return halves;
}

export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const table = float16Table();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]!]!;
  return values;
}

/** The tensor in half precision, as graphs exported in float16 take it. */
export function toFloat16(tensor: Float32Tensor): TensorOf<'float16', Uint16Array> {
  return { type: 'float16', dims: tensor.dims, data: float32ToFloat16(tensor.data) };
}

/**
 * Any floating-point or integer tensor as float32, so that decoders need to know one type only.
 * A float32 tensor is returned as it is, not copied.
 */
export function toFloat32(tensor: Tensor): Float32Tensor {
  switch (tensor.type) {
    case 'float32':
      return tensor;
    case 'float16':
      return { type: 'float32', dims: tensor.dims, data: float16ToFloat32(tensor.data) };
    case 'int64':
      return { type: 'float32', dims: tensor.dims, data: Float32Array.from(tensor.data, Number) };
    default:
      return { type: 'float32', dims: tensor.dims, data: Float32Array.from(tensor.data) };
  }
}
