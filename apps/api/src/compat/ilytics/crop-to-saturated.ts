import {
  cropPicture,
  decodeImage,
  encodePicture,
  ImageRejectedError,
  largestSaturatedBox,
} from '@darkroom/imaging';
import { pictureRejected } from '../../submission/load-picture.js';
import type { SentPicture } from '../compat-jobs.js';

/**
 * The part of a picture around its largest region of saturated colours, exact in every pixel; where there is none, the
 * picture as it came.
 * @throws DarkroomError `unsupported_image` or `image_too_many_pixels`
 */
export async function cropToSaturated(picture: SentPicture, maxPixels: number): Promise<SentPicture> {
  try {
    const pixels = await decodeImage(picture.bytes, { maxPixels });
    const box = largestSaturatedBox(pixels);
    if (box === null) return picture;
    const bytes = await encodePicture(cropPicture(pixels, box, 0), 'png');
    return { bytes, fileName: picture.fileName };
  } catch (error) {
    if (error instanceof ImageRejectedError) throw pictureRejected(error, maxPixels);
    throw error;
  }
}
