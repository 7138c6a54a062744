import { DarkroomError, type Label, type SemanticResult } from '@darkroom/contracts';
import {
  argmaxEnlargedLogits,
  type ClassIds,
  type Logits,
  type Placement,
  pictureRegionOnGrid,
} from '@darkroom/imaging';
import { type Float32Tensor, float32Tensor, type Tensor, toFloat32 } from '@darkroom/tensor';
import type { SegmentationSignature } from './signature.js';

/** What a graph gave for one picture. */
export function readLogits(
  output: Tensor,
  { outputName, outputLayout, classes }: SegmentationSignature,
): Logits {
  const [, a = 0, b = 0, c = 0] = output.dims;
  const [found, height, width] = outputLayout === 'nchw' ? [a, b, c] : [c, a, b];
  if (found !== classes) {
    const shape = output.dims.join(', ');
    throw new DarkroomError(
      'inference_failed',
      `Expected logits of ${classes} classes in the output ${outputName}, got ${found} in a tensor of [${shape}]. ` +
        'The labels of the model’s manifest must name every class of its graph.',
    );
  }
  return {
    data: toFloat32(output).data,
    classes,
    height,
    width,
    layout: outputLayout === 'nchw' ? 'chw' : 'hwc',
  };
}

/**
 * The class of every pixel of the picture: the largest of the logits when they are enlarged to its size. Logits of
 * the padding of a letterbox don't count.
 * @returns class ids, row by row
 */
export function decodeClassIds(logits: Logits, placement: Placement): ClassIds {
  const region = pictureRegionOnGrid(placement, logits.width, logits.height);
  return argmaxEnlargedLogits(logits, region, placement.pictureWidth, placement.pictureHeight);
}

/** Counts the classes that occur, largest first; of equal ones the lower id. */
export function countClasses(
  classIds: ClassIds,
  { pictureWidth, pictureHeight }: Placement,
  labels: readonly Label[],
): SemanticResult {
  const pixelsOf = new Uint32Array(labels.length);
  for (let i = 0; i < classIds.length; i++) pixelsOf[classIds[i]!]!++;
  const classes = labels
    .map((label) => ({
      ...label,
      pixels: pixelsOf[label.id]!,
      fraction: pixelsOf[label.id]! / classIds.length,
    }))
    .filter(({ pixels }) => pixels > 0)
    .sort((a, b) => b.pixels - a.pixels || a.id - b.id);
  return { kind: 'semantic', width: pictureWidth, height: pictureHeight, classes };
}

/** Logits as `[classes, height, width]`, at the network's own output size. */
export function logitsTensor({ data, classes, height, width, layout }: Logits): Float32Tensor {
  const dims = [classes, height, width];
  if (layout === 'chw') return float32Tensor(data, dims);
  const positions = height * width;
  const transposed = new Float32Array(data.length);
  for (let position = 0, from = 0; position < positions; position++) {
    for (let classId = 0; classId < classes; classId++, from++) {
      transposed[classId * positions + position] = data[from]!;
    }
  }
  return float32Tensor(transposed, dims);
}
