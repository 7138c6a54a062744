import { encodePicture, type PictureFormat, pixelsOf } from '@darkroom/imaging';
import { referenceColor } from '@darkroom/testkit';
import { CLASSES } from './start-service.js';

export const PHOTO_WIDTH = 48;
export const PHOTO_HEIGHT = 32;

/** A picture of upright stripes, one for each class of the test models, in the class's own colour. */
export function testPhoto(
  format: PictureFormat = 'png',
  width = PHOTO_WIDTH,
  height = PHOTO_HEIGHT,
): Promise<Buffer> {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const stripe = Math.floor(((pixel % width) * CLASSES) / width);
    data.set(
      referenceColor(stripe, CLASSES).map((level) => level * 255),
      pixel * 3,
    );
  }
  return encodePicture(pixelsOf(data, width, height), format);
}
