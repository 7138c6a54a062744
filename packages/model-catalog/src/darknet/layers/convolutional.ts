import { intAttribute, intsAttribute } from '@darkroom/onnx-file';
import { DarknetError } from '../darknet-error.js';
import type { LayerContext, LayerOutput } from '../layer-context.js';
import { LIMITS } from '../limits.js';
import type { SectionKeys } from '../section-keys.js';
import { checkShape, type Shape } from '../shape.js';
import { addActivation } from './activation.js';
import { foldBatchNormalization } from './batch-normalization.js';

/** What the fork can do to a convolution and the import cannot; absent from all known detectors. */
const UNSUPPORTED = [
  'binary',
  'xnor',
  'flipped',
  'cbn',
  'antialiasing',
  'assisted_excitation',
  'sway',
  'rotate',
  'stretch',
  'stretch_sway',
  'coordconv',
] as const;

interface Convolution {
  readonly filters: number;
  readonly groups: number;
  readonly size: number;
  readonly strideX: number;
  readonly strideY: number;
  readonly dilation: number;
  /** Rows or columns of zeros on each side, before dilation. */
  readonly padding: number;
  readonly isNormalized: boolean;
}

/** `[convolutional]`: with or without normalisation, whole or in groups. */
export function importConvolutional(context: LayerContext): LayerOutput {
  const { graph, index, input, keys } = context;
  const convolution = readConvolution(keys, input.shape);
  const { filters, groups, size, strideX, strideY, dilation, padding } = convolution;
  const shape = checkShape(
    {
      channels: filters,
      height: Math.floor((input.shape.height + 2 * padding - size) / strideY) + 1,
      width: Math.floor((input.shape.width + 2 * padding - size) / strideX) + 1,
    },
    keys,
  );
  const channelsPerGroup = input.shape.channels / groups;
  const { weights, biases } = readWeights(context, convolution, channelsPerGroup * size * size);
  const weightsName = graph.constant(
    `weights_${index}`,
    'float32',
    [filters, channelsPerGroup, size, size],
    weights,
  );
  const biasesName = graph.constant(`biases_${index}`, 'float32', [filters], biases);
  const pads = Array.from({ length: 4 }, () => padding * dilation);
  const convolved = graph.add('Conv', [input.value, weightsName, biasesName], `convolutional_${index}`, [
    intsAttribute('kernel_shape', [size, size]),
    intsAttribute('strides', [strideY, strideX]),
    intsAttribute('dilations', [dilation, dilation]),
    intsAttribute('pads', pads),
    intAttribute('group', groups),
  ]);
  return { value: addActivation(graph, convolved, keys, index, 'logistic'), shape };
}

function readConvolution(keys: SectionKeys, { channels }: Shape): Convolution {
  for (const key of UNSUPPORTED) keys.requireDefault(key, 0);
  if (keys.has('share_index')) throw keys.error('shared weights are not supported', 'share_index');
  const filters = keys.integer('filters', 1, { min: 1, max: LIMITS.channels });
  const groups = keys.integer('groups', 1, { min: 1, max: LIMITS.channels });
  if (channels % groups !== 0 || filters % groups !== 0) {
    throw keys.error(
      `expected a divisor of the ${channels} channels that come in and of the ${filters} filters, got ${groups}`,
      'groups',
    );
  }
  const size = keys.integer('size', 1, { min: 1, max: LIMITS.kernelSide });
  const stride = keys.integer('stride', 1, { min: 1, max: LIMITS.stride });
  const givenPadding = keys.integer('padding', 0, { min: 0, max: LIMITS.kernelSide });
  const isPadded = keys.integer('pad', 0, { min: 0, max: LIMITS.kernelSide }) !== 0;
  const padding = isPadded ? Math.floor(size / 2) : givenPadding;
  return {
    filters,
    groups,
    size,
    strideX: keys.integer('stride_x', stride, { min: 1, max: LIMITS.stride }),
    strideY: keys.integer('stride_y', stride, { min: 1, max: LIMITS.stride }),
    dilation: readDilation(keys, size, padding),
    padding,
    isNormalized: keys.integer('batch_normalize', 0, { min: 0, max: 1 }) === 1,
  };
}

function readDilation(keys: SectionKeys, size: number, padding: number): number {
  const dilation = keys.integer('dilation', 1, { min: 1, max: LIMITS.kernelSide });
  if (size === 1 || dilation === 1) return 1;
  // Darknet computes the output's size without the dilation; only with this padding do both come out the same.
  if (2 * padding !== size - 1) {
    throw keys.error(
      `expected an odd size with pad=1, got size ${size} and a padding of ${padding}`,
      'dilation',
    );
  }
  return dilation;
}

/** In the order of the file: biases, then scales, means and variances where it is normalised, then the weights. */
function readWeights(
  { keys, weights: reader, normalizationScale }: LayerContext,
  { filters, isNormalized }: Convolution,
  weightsPerFilter: number,
): { weights: Float32Array; biases: Float32Array } {
  const count = filters * weightsPerFilter;
  reader.require(count + filters * (isNormalized ? 4 : 1), keys.description);
  const biases = reader.take(filters);
  if (!isNormalized) return { biases, weights: reader.take(count) };
  const scales = reader.take(filters);
  const means = reader.take(filters);
  const variances = reader.take(filters);
  checkVariances(variances, keys);
  const normalization = { scales, means, variances };
  return foldBatchNormalization(reader.take(count), biases, normalization, normalizationScale);
}

/** Numbers read at the wrong place of a file are as often negative as not, and no variance ever is. */
function checkVariances(variances: Float32Array, keys: SectionKeys): void {
  const wrong = variances.find((variance) => !(variance >= 0 && variance < Number.POSITIVE_INFINITY));
  if (wrong === undefined) return;
  throw new DarknetError(
    'weights',
    null,
    `${keys.description} has a variance of ${wrong}, which no network has. The file is of another cfg, or damaged`,
  );
}
