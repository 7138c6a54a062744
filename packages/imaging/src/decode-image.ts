import sharp from 'sharp';
import { type ImageLimits, inspectImage, rejectAsCorrupt } from './image-header.js';
import { ImageRejectedError } from './image-rejected-error.js';
import { type Pixels, pixelsOf } from './pixels.js';

/**
 * Decodes the first frame or page to RGB, 8 bits a channel, as displayed (EXIF orientation applied). Grey,
 * palette and CMYK become RGB, 16 bits are scaled to 8, alpha is dropped without blending.
 *
 * An RGB picture's numbers are those in the file, as PIL and cv2 give them and as networks were trained on: its
 * colour profile is not applied. A CMYK picture has no such numbers, so its profile makes them.
 * @throws ImageRejectedError see its `reason`
 */
export async function decodeImage(bytes: Buffer, limits: ImageLimits): Promise<Pixels> {
  const { header, readable, isCmyk } = await inspectImage(bytes, limits);
  const { data, info } = await rejectAsCorrupt(header.format, () =>
    sharp(readable, {
      limitInputPixels: limits.maxPixels,
      // 'error' refuses what is cut off. 'warning', the library's default, would also refuse JPEGs with stray bytes
      // between segments or a damaged patch, which PIL and every viewer show.
      failOn: 'error',
      ignoreIcc: !isCmyk,
    })
      .autoOrient()
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== 3) {
    throw new ImageRejectedError(
      'unsupported_format',
      `expected a picture that converts to RGB, got one with ${info.channels} channels: convert it first`,
    );
  }
  return pixelsOf(new Uint8Array(data.buffer, data.byteOffset, data.length), info.width, info.height);
}
