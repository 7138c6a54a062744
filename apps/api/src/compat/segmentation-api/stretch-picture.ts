import { decodeImage, encodePicture, ImageRejectedError, quantizePixels, resample } from '@darkroom/imaging';
import { pictureRejected } from '../../submission/load-picture.js';
import type { SentPicture } from '../compat-jobs.js';

/** What the original hands its network, whatever the picture's own proportions. */
const SIDE = 512;

/**
 * The picture at the size that the original hands its network, as torchvision's `Resize` makes it of a PIL picture:
 * stretched, bilinear, antialiased.
 * @throws DarkroomError `unsupported_image` or `image_too_many_pixels`
 */
export async function stretchPicture(
  { bytes, fileName }: SentPicture,
  maxPixels: number,
): Promise<SentPicture> {
  try {
    const pixels = await decodeImage(bytes, { maxPixels });
    const stretched = quantizePixels(resample('pil-bilinear', pixels, SIDE, SIDE));
    return { bytes: await encodePicture(stretched, 'png'), fileName };
  } catch (error) {
    if (error instanceof ImageRejectedError) throw pictureRejected(error, maxPixels);
    throw error;
  }
}
