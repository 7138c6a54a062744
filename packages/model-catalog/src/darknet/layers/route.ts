import { intAttribute } from '@darkroom/onnx-file';
import type { LayerContext, LayerOutput } from '../layer-context.js';
import { LIMITS } from '../limits.js';
import { checkShape, describeShape } from '../shape.js';
import { addSlice } from './slice.js';

const CHANNELS_AXIS = 1;

/**
 * `[route]`: the channels of other layers, one after the other. With `groups`, of each layer only its part number
 * `group_id`, counted from 0.
 */
export function importRoute(context: LayerContext): LayerOutput {
  const { graph, index, keys } = context;
  const references = keys.integers('layers', { maxLength: LIMITS.sections });
  if (references === null) throw keys.error('expected layers=, such as layers=-1,8');
  const sources = references.map((reference) => context.outputOf(reference, 'layers'));
  const [first] = sources as [LayerOutput];
  for (const [at, { shape }] of sources.entries()) {
    if (shape.width === first.shape.width && shape.height === first.shape.height) continue;
    throw keys.error(
      `expected layers of one size, got ${describeShape(first.shape)} (${references[0]}) and ${describeShape(shape)} (${references[at]}). Most networks need a width and height that 32 divides`,
      'layers',
    );
  }
  const parts = sources.map((source, at) => partOf(context, source, references[at]!));
  const channels = parts.reduce((sum, { shape }) => sum + shape.channels, 0);
  const shape = checkShape({ ...first.shape, channels }, keys);
  const values = parts.map(({ value }) => value);
  if (values.length === 1) return { value: values[0]!, shape };
  return {
    value: graph.add('Concat', values, `route_${index}`, [intAttribute('axis', CHANNELS_AXIS)]),
    shape,
  };
}

function partOf({ graph, index, keys }: LayerContext, source: LayerOutput, reference: number): LayerOutput {
  const groups = keys.integer('groups', 1, { min: 1, max: LIMITS.channels });
  const groupId = keys.integer('group_id', 0, { min: 0, max: groups - 1 });
  if (groups === 1) return source;
  const { channels } = source.shape;
  if (channels % groups !== 0) {
    throw keys.error(
      `expected a divisor of the ${channels} channels of layer ${reference}, got ${groups}`,
      'groups',
    );
  }
  const size = channels / groups;
  const value = addSlice(
    graph,
    source.value,
    CHANNELS_AXIS,
    groupId * size,
    (groupId + 1) * size,
    `group_${index}`,
  );
  return { value, shape: { ...source.shape, channels: size } };
}
