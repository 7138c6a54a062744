import { readFile } from 'node:fs/promises';
import { decodeImage, type Pixels, pixelsOf, resample } from '@darkroom/imaging';
import { randomNumbers } from './random-numbers.js';

const ONE_MEGAPIXEL = 1_000_000;
const MAX_PIXELS = 100_000_000;

/** A photo of one megapixel: that of a file, or a made-up one without a file. */
export async function photoOfOneMegapixel(file: string | null): Promise<Pixels> {
  if (file === null) return madeUpPhoto(1250, 800);
  const photo = await decodeImage(await readFile(file), { maxPixels: MAX_PIXELS });
  const scale = Math.sqrt(ONE_MEGAPIXEL / (photo.width * photo.height));
  const [width, height] = [Math.round(photo.width * scale), Math.round(photo.height * scale)];
  const { data } = resample('pil-bilinear', photo, width, height);
  return pixelsOf(Uint8Array.from(data), width, height);
}

/** Smooth colours with some noise, so that it is about as much work for an encoder as a photo. */
function madeUpPhoto(width: number, height: number): Pixels {
  const random = randomNumbers(3);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 128 + 80 * Math.sin(x / 40 + (i % 3)) * Math.cos(y / 60) + 12 * (random() - 0.5);
  });
  return pixelsOf(data, width, height);
}
