import { intsAttribute } from '@darkroom/onnx-file';
import type { LayerContext, LayerOutput } from '../layer-context.js';
import { LIMITS } from '../limits.js';
import { checkShape, describeShape } from '../shape.js';

/**
 * `[reorg]`: squares of stride × stride values become channels. `reorg_cpu` in blas.c takes the numbers as if they
 * were stride² times fewer channels, each stride times as wide and high, whichever way it goes; networks have learnt
 * with that, so it is kept. With `reverse=1` it is the plain opposite: channels become squares.
 */
export function importReorg({ graph, index, input, keys }: LayerContext): LayerOutput {
  for (const key of ['flatten', 'extra']) keys.requireDefault(key, 0);
  const stride = keys.integer('stride', 1, { min: 1, max: LIMITS.stride });
  const isReverse = keys.integer('reverse', 0, { min: 0, max: 1 }) === 1;
  const { channels, height, width } = input.shape;
  const squared = stride * stride;
  const divides = channels % squared === 0 && (isReverse || (height % stride === 0 && width % stride === 0));
  if (!divides) {
    throw keys.error(
      `expected channels that ${squared} divides${isReverse ? '' : ` and sides that ${stride} divides`}, got ${describeShape(input.shape)}`,
      'stride',
    );
  }
  const fewer = channels / squared;
  const shape = checkShape(
    isReverse
      ? { channels: fewer, height: height * stride, width: width * stride }
      : { channels: channels * squared, height: height / stride, width: width / stride },
    keys,
  );
  const split = isReverse ? [stride, stride, fewer, height, width] : [fewer, height, stride, width, stride];
  // Rows and columns within a square: outermost as channels, beside those of the squares in a picture.
  const order = isReverse ? [0, 3, 4, 1, 5, 2] : [0, 3, 5, 1, 2, 4];
  const parted = graph.add('Reshape', [input.value, graph.integers([0, ...split])], `reorg_split_${index}`);
  const moved = graph.add('Transpose', [parted], `reorg_moved_${index}`, [intsAttribute('perm', order)]);
  const joined = graph.integers([0, shape.channels, shape.height, shape.width]);
  return { value: graph.add('Reshape', [moved, joined], `reorg_${index}`), shape };
}
