import { stringAttribute } from '@darkroom/onnx-file';
import type { LayerContext, LayerOutput } from '../layer-context.js';
import { LIMITS } from '../limits.js';
import { checkShape } from '../shape.js';

/** `[upsample]`: each value `stride` times in each direction, multiplied by `scale`. */
export function importUpsample({ graph, index, input, keys }: LayerContext): LayerOutput {
  const stride = keys.integer('stride', 2, { min: 1, max: LIMITS.stride });
  const scale = keys.number('scale', 1);
  const { channels, height, width } = input.shape;
  const shape = checkShape({ channels, height: height * stride, width: width * stride }, keys);
  const factors = graph.constant(`factors_${index}`, 'float32', [4], Float32Array.of(1, 1, stride, stride));
  const repeated = graph.add('Resize', [input.value, '', factors], `upsample_${index}`, [
    stringAttribute('mode', 'nearest'),
    stringAttribute('coordinate_transformation_mode', 'asymmetric'),
    stringAttribute('nearest_mode', 'floor'),
  ]);
  if (scale === 1) return { value: repeated, shape };
  return { value: graph.add('Mul', [repeated, graph.scalar(scale)], `upsample_scaled_${index}`), shape };
}
