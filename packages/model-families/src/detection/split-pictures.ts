import { DarkroomError } from '@darkroom/contracts';
import type { Tensor } from '@darkroom/tensor';
import { splitBatch } from '../batch-tensors.js';

/**
 * An output of a batch as one tensor of `[1, …]` for each picture.
 * @throws DarkroomError `inference_failed` when it isn't of so many pictures
 */
export function splitPictures(name: string, output: Tensor, pictures: number): Tensor[] {
  if (output.dims.length >= 3 && output.dims[0] === pictures) return splitBatch(output);
  throw new DarkroomError(
    'inference_failed',
    `Expected the output ${name} to be of ${pictures} pictures, got a tensor of [${output.dims.join(', ')}].`,
  );
}
