import { DarkroomError, type DetectionOptions } from '@darkroom/contracts';
import { type Box, boxToPicture, type Placement } from '@darkroom/imaging';
import { type Float32Tensor, type Tensor, toFloat32 } from '@darkroom/tensor';
import type { Detected } from '../detection/detected.js';
import type { PictureOutputs, PreparedPicture } from '../detection/detector-pipeline.js';
import { scoreQueries } from './score-queries.js';
import type { DetrSignature } from './signature.js';

const BOX_VALUES = 4;

/**
 * What is in a picture, best first.
 * @param outputs of this picture: `[1, queries, …]` each
 * @throws DarkroomError `inference_failed` when there isn't a box for each query
 */
export function decode(
  outputs: PictureOutputs,
  { logitsOutput, boxesOutput, activation, topK, pixelMask }: DetrSignature,
  { placement, keptClassIds }: Omit<PreparedPicture, 'feeds'>,
  { score_threshold, max_detections }: DetectionOptions,
): Detected[] {
  const { logits, boxes } = readQueries(outputs[logitsOutput]!, outputs[boxesOutput]!);
  const [, queries = 0, count = 0] = logits.dims;
  const shape = { data: logits.data, queries, logits: count };
  return scoreQueries(shape, activation, score_threshold, topK ?? queries)
    .filter(({ classId }) => keptClassIds?.has(classId) ?? true)
    .slice(0, max_detections)
    .map(({ query, classId, score }) => {
      const values = boxes.data.subarray(query * BOX_VALUES, (query + 1) * BOX_VALUES);
      const box = boxToPicture(boxInModelPixels(values, placement, pixelMask !== null), placement);
      return { classId, score, box, mask: null };
    });
}

/**
 * Corners in pixels of the input. Values are shares of the input; where a pixel mask tells the network how far the
 * picture reaches, they are shares of that.
 */
function boxInModelPixels(values: Float32Array, placement: Placement, hasPixelMask: boolean): Box {
  const [centerX = 0, centerY = 0, width = 0, height = 0] = values;
  const { inputWidth, inputHeight, resizedWidth, resizedHeight, offsetX, offsetY } = placement;
  const [left, top, acrossPixels, downPixels] = hasPixelMask
    ? [offsetX, offsetY, resizedWidth, resizedHeight]
    : [0, 0, inputWidth, inputHeight];
  return [
    left + (centerX - width / 2) * acrossPixels,
    top + (centerY - height / 2) * downPixels,
    left + (centerX + width / 2) * acrossPixels,
    top + (centerY + height / 2) * downPixels,
  ];
}

function readQueries(logits: Tensor, boxes: Tensor): { logits: Float32Tensor; boxes: Float32Tensor } {
  const queries = logits.dims[1];
  const isSound =
    logits.dims.length === 3 &&
    boxes.dims.length === 3 &&
    logits.dims[0] === 1 &&
    boxes.dims[0] === 1 &&
    boxes.dims[1] === queries &&
    boxes.dims[2] === BOX_VALUES;
  if (isSound) return { logits: toFloat32(logits), boxes: toFloat32(boxes) };
  throw new DarkroomError(
    'inference_failed',
    `Expected logits of [1, queries, classes] and boxes of [1, queries, 4], got tensors of [${logits.dims.join(', ')}] ` +
      `and [${boxes.dims.join(', ')}].`,
  );
}
