import { DarkroomError } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import type { PipelineInput } from './family.js';

/**
 * The picture of a job, for a pipeline that can do nothing without.
 * @throws DarkroomError `image_missing`
 */
export function neededPicture({ picture }: Pick<PipelineInput, 'picture'>): Pixels {
  if (picture !== null) return picture;
  throw new DarkroomError('image_missing', 'The model is asked of a picture, and the job has none.');
}
