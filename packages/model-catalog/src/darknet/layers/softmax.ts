import { intAttribute } from '@darkroom/onnx-file';
import type { LayerContext, LayerOutput } from '../layer-context.js';
import { LIMITS } from '../limits.js';

/** `[softmax]`: over all numbers of a picture together, or over each of `groups` equal parts of them. */
export function importSoftmax({ graph, index, input, keys }: LayerContext): LayerOutput {
  keys.requireDefault('spatial', 0);
  if (keys.has('tree')) throw keys.error('trees of classes are not supported', 'tree');
  const groups = keys.integer('groups', 1, { min: 1, max: LIMITS.layerElements });
  const temperature = keys.number('temperature', 1);
  if (!(temperature > 0)) throw keys.error(`expected more than 0, got ${temperature}`, 'temperature');
  const { channels, height, width } = input.shape;
  const count = channels * height * width;
  if (count % groups !== 0) {
    throw keys.error(`expected a divisor of the ${count} numbers that come in, got ${groups}`, 'groups');
  }
  const grouped = graph.integers([0, groups, count / groups]);
  let value = graph.add('Reshape', [input.value, grouped], `softmax_groups_${index}`);
  if (temperature !== 1)
    value = graph.add('Div', [value, graph.scalar(temperature)], `softmax_cooled_${index}`);
  value = graph.add('Softmax', [value], `softmax_${index}`, [intAttribute('axis', 2)]);
  const back = graph.integers([0, channels, height, width]);
  return { value: graph.add('Reshape', [value, back], `softmax_back_${index}`), shape: input.shape };
}
