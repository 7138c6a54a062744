import { DarkroomError, type DetectionOptions } from '@darkroom/contracts';
import { type Box, boxToPicture } from '@darkroom/imaging';
import { type Tensor, toFloat32 } from '@darkroom/tensor';
import type { Detected } from '../detection/detected.js';
import type { PictureOutputs, PreparedPicture } from '../detection/detector-pipeline.js';
import { readMasks } from './read-masks.js';
import type { OutputNames, RcnnSignature } from './signature.js';

const BOX_VALUES = 4;

/**
 * What is in a picture, best first.
 * @throws DarkroomError `inference_failed` when the outputs don't hold the same number of rows
 */
export function decode(
  outputs: PictureOutputs,
  { outputs: names, firstClass, maskPasting }: RcnnSignature,
  { placement, keptClassIds }: Omit<PreparedPicture, 'feeds'>,
  { score_threshold, max_detections }: DetectionOptions,
): Detected[] {
  const { boxes, classes, scores } = readRows(outputs, names);
  const maskOf =
    names.masks === null ? null : readMasks(outputs[names.masks]!, scores.length, placement, maskPasting);
  const classIdOf = (row: number) => Math.round(classes[row]!) - firstClass;
  const threshold = Math.fround(score_threshold);
  const isWanted = (row: number) => {
    const classId = classIdOf(row);
    // Below 0 is a background that the manifest has no label for.
    return scores[row]! >= threshold && classId >= 0 && (keptClassIds?.has(classId) ?? true);
  };
  return Array.from(scores.keys())
    .filter(isWanted)
    .sort((a, b) => scores[b]! - scores[a]!)
    .slice(0, max_detections)
    .map((row): Detected => {
      const boxInModelPixels = boxes.subarray(BOX_VALUES * row, BOX_VALUES * (row + 1));
      const box = boxToPicture(boxInModelPixels as unknown as Box, placement);
      const mask = maskOf && (() => maskOf(row, box));
      return { classId: classIdOf(row), score: scores[row]!, box, mask };
    });
}

interface Rows {
  /** Four edges for each row, in pixels of the graph's input. */
  readonly boxes: Float32Array;
  readonly classes: Float32Array;
  readonly scores: Float32Array;
}

function readRows(outputs: PictureOutputs, names: OutputNames): Rows {
  const tensors = [outputs[names.boxes]!, outputs[names.classes]!, outputs[names.scores]!] as const;
  const [boxes, classes, scores] = tensors;
  const rows = scores.dims[0] ?? 0;
  const isSound = hasDims(boxes, [rows, BOX_VALUES]) && hasDims(classes, [rows]) && hasDims(scores, [rows]);
  if (!isSound) {
    const got = tensors.map(({ dims }) => `[${dims.join(', ')}]`).join(', ');
    throw new DarkroomError(
      'inference_failed',
      `Expected boxes of [N, 4], classes of [N] and scores of [N] with one row for each detection, got tensors of ${got}.`,
    );
  }
  return {
    boxes: toFloat32(boxes).data,
    classes: toFloat32(classes).data,
    scores: toFloat32(scores).data,
  };
}

function hasDims({ dims }: Tensor, expected: readonly number[]): boolean {
  return dims.length === expected.length && dims.every((size, i) => size === expected[i]);
}
