import { intsAttribute } from '@darkroom/onnx-file';
import type { LayerContext, LayerOutput } from '../layer-context.js';
import { LIMITS } from '../limits.js';
import { checkShape } from '../shape.js';

/**
 * `[maxpool]` as `make_maxpool_layer` has it: `padding` is that of both sides together, size − 1 when left out; half
 * of it, rounded down, lies left and above, and what the last window needs right and below.
 */
export function importMaxpool({ graph, index, input, keys }: LayerContext): LayerOutput {
  for (const key of ['maxpool_depth', 'antialiasing']) keys.requireDefault(key, 0);
  const stride = keys.integer('stride', 1, { min: 1, max: LIMITS.stride });
  const strideX = keys.integer('stride_x', stride, { min: 1, max: LIMITS.stride });
  const strideY = keys.integer('stride_y', stride, { min: 1, max: LIMITS.stride });
  const size = keys.integer('size', stride, { min: 1, max: LIMITS.kernelSide });
  const padding = keys.integer('padding', size - 1, { min: 0, max: 2 * LIMITS.kernelSide });
  const { channels, height, width } = input.shape;
  const rows = pooledSide(height, size, strideY, padding);
  const columns = pooledSide(width, size, strideX, padding);
  const pads = [rows.before, columns.before, rows.after, columns.after];
  if (pads.some((pad) => pad >= size)) {
    throw keys.error(
      `expected less than ${2 * size - 1}: windows of ${size} would see nothing, got ${padding}`,
      'padding',
    );
  }
  const shape = checkShape({ channels, height: rows.side, width: columns.side }, keys);
  const value = graph.add('MaxPool', [input.value], `maxpool_${index}`, [
    intsAttribute('kernel_shape', [size, size]),
    intsAttribute('strides', [strideY, strideX]),
    intsAttribute('pads', pads),
  ]);
  return { value, shape };
}

function pooledSide(side: number, size: number, stride: number, padding: number) {
  // C rounds towards zero, so that a side smaller than its window still gives one value.
  const pooled = Math.trunc((side + padding - size) / stride) + 1;
  const before = Math.floor(padding / 2);
  const after = Math.max((pooled - 1) * stride + size - side - before, 0);
  return { side: pooled, before, after };
}

/** `[avgpool]`: the mean of each channel. */
export function importAvgpool({ graph, index, input }: LayerContext): LayerOutput {
  const value = graph.add('GlobalAveragePool', [input.value], `avgpool_${index}`);
  return { value, shape: { channels: input.shape.channels, height: 1, width: 1 } };
}
