import {
  type GraphBuilder,
  graphAttribute,
  initializer,
  intAttribute,
  node,
  tensorAttribute,
} from '../onnx/model-bytes.js';

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
  const product = builder.add('Loop', [count, goOn, filled('ones', 1)], 'product', [loopBody(averaging)]);
  const one = builder.add('ReduceMean', [product], 'one', [intAttribute('keepdims', 0)]);
  return builder.add('Add', [value, builder.add('Sub', [one, builder.scalar(1)], 'nothing')], 'done_at_last');
}

function loopBody(averaging: string) {
  const matrix = [MATRIX_EDGE, MATRIX_EDGE];
  return graphAttribute('body', {
    name: 'multiply',
    inputs: [
      { name: 'iteration', type: 'int64', dims: [] },
      { name: 'go_on_in', type: 'bool', dims: [] },
      { name: 'factor', type: 'float32', dims: matrix },
    ],
    outputs: [
      { name: 'go_on_out', type: 'bool', dims: [] },
      { name: 'factor_out', type: 'float32', dims: matrix },
    ],
    initializers: [],
    nodes: [
      node('Identity', ['go_on_in'], ['go_on_out']),
      node('MatMul', ['factor', averaging], ['factor_out']),
    ],
  });
}
