import { DarkroomError } from '@darkroom/contracts';
import { type Tensor, toFloat32 } from '@darkroom/tensor';

/**
 * The rows of an encoder's output, each brought to unit length; some graphs have done it, others not.
 * @param count how many there must be
 * @throws DarkroomError `inference_failed` when the output is of another shape, or a row has no direction
 */
export function unitRows(name: string, output: Tensor, count: number): Float32Array[] {
  const { dims, data } = toFloat32(output);
  const [rows, width = 0] = dims;
  if (dims.length !== 2 || rows !== count || width === 0) {
    throw new DarkroomError(
      'inference_failed',
      `Expected an embedding for each of ${count} in the output ${name}, got a tensor of [${dims.join(', ')}].`,
    );
  }
  return Array.from({ length: count }, (_, i) => unit(name, data.subarray(i * width, (i + 1) * width)));
}

function unit(name: string, values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (length > 0 && Number.isFinite(length)) return values.map((value) => value / length);
  throw new DarkroomError(
    'inference_failed',
    `An embedding in the output ${name} has the length ${length}: the network overflowed, or gives nothing. Half precision may be too little for it.`,
  );
}
