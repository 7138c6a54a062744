import { type GraphBuilder, initializer, intAttribute, tensorAttribute } from '../onnx/model-bytes.js';
import { multiplyingLoopBody } from './multiplying-loop-body.js';

/** Two edges whose product, in float32, is 1 PiB: more than a process can address. */
const IMPOSSIBLE_SHAPE = [1 << 24, 1 << 24];

/**
 * Asks for a petabyte where the input has more rows than fit, so that the run ends in ONNX Runtime's own error; adds 0
 * where not.
 * @returns the value, with the same numbers
 */
export function addHunger(
  builder: GraphBuilder,
  value: string,
  { of, fitsRows }: { readonly of: string; readonly fitsRows: number },
): string {
  const dims = builder.add('Shape', [of], 'dims');
  const rows = builder.add('Gather', [dims, builder.integers([0])], 'row_count', [intAttribute('axis', 0)]);
  const tooMany = builder.add('Greater', [rows, builder.integers([fitsRows])], 'has_too_many');
  const shape = builder.add(
    'Where',
    [tooMany, builder.integers(IMPOSSIBLE_SHAPE), builder.integers([1, 1])],
    'shape',
  );
  const enormous = builder.add('Expand', [builder.scalar(0), shape], 'enormous');
  const zero = builder.add('ReduceMax', [enormous], 'zero', [intAttribute('keepdims', 0)]);
  return builder.add('Add', [value, zero], 'fed');
}

const MATRIX_EDGE = 512;

/** Multiplies matrices of ones, whose product is known, so that a run takes long. @returns the value, with the same numbers */
export function addBusyLoop(builder: GraphBuilder, value: string, iterations: number): string {
  const count = builder.constant('iterations', 'int64', [], BigInt64Array.of(BigInt(iterations)));
  const goOn = builder.constant('go_on', 'bool', [], Uint8Array.of(1));
  const shape = builder.integers([MATRIX_EDGE, MATRIX_EDGE]);
  const filled = (name: string, number: number) =>
    builder.add('ConstantOfShape', [shape], name, [
      tensorAttribute('value', initializer('value', 'float32', [1], Float32Array.of(number))),
    ]);
  const averaging = filled('averaging', 1 / MATRIX_EDGE);
  const product = builder.add('Loop', [count, goOn, filled('ones', 1)], 'product', [
    multiplyingLoopBody(averaging, MATRIX_EDGE),
  ]);
  const one = builder.add('ReduceMean', [product], 'one', [intAttribute('keepdims', 0)]);
  return builder.add('Add', [value, builder.add('Sub', [one, builder.scalar(1)], 'nothing')], 'done_at_last');
}
