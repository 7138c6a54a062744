import { stringAttribute } from '@darkroom/onnx-file';
import type { LayerContext, LayerOutput } from '../layer-context.js';
import { LIMITS } from '../limits.js';
import { describeShape } from '../shape.js';
import { addActivation } from './activation.js';
import { addSlice } from './slice.js';

const CHANNELS_AXIS = 1;

/**
 * `[shortcut]`: adds other layers to the one before. Of one with another number of channels, `shortcut_cpu` adds those
 * that both have.
 */
export function importShortcut(context: LayerContext): LayerOutput {
  const { graph, index, input, keys } = context;
  for (const key of ['alpha', 'beta']) keys.requireDefault(key, 1);
  for (const key of ['weights_type', 'weights_normalization']) keys.requireDefault(key, 'none');
  const references = keys.integers('from', { maxLength: LIMITS.sections });
  if (references === null) throw keys.error('expected from=, such as from=-3');
  let sum = input.value;
  for (const reference of references) {
    const other = context.outputOf(reference, 'from');
    sum = graph.add('Add', [sum, withChannelsOf(context, other, reference)], `shortcut_${index}`);
  }
  return { value: addActivation(graph, sum, keys, index, 'linear'), shape: input.shape };
}

function withChannelsOf(context: LayerContext, other: LayerOutput, reference: number): string {
  const { graph, index, input, keys } = context;
  const { channels, width, height } = other.shape;
  if (width !== input.shape.width || height !== input.shape.height) {
    throw keys.error(
      `expected layers of one size, got ${describeShape(input.shape)} before it and ${describeShape(other.shape)} (${reference})`,
      'from',
    );
  }
  const wanted = input.shape.channels;
  if (channels === wanted) return other.value;
  const name = `common_channels_${index}`;
  if (channels > wanted) return addSlice(graph, other.value, CHANNELS_AXIS, 0, wanted, name);
  const pads = graph.integers([0, 0, 0, 0, 0, wanted - channels, 0, 0]);
  return graph.add('Pad', [other.value, pads], name, [stringAttribute('mode', 'constant')]);
}
