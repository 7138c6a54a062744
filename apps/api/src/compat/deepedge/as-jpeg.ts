import { decodeImage, detectImageFormat, encodePicture } from '@darkroom/imaging';

/** A picture that is known to be good as JPEG, which the original sends all pictures as; one that is JPEG as it is. */
export async function asJpeg(
  bytes: Buffer,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<Buffer> {
  if (detectImageFormat(bytes) === 'jpeg') return bytes;
  return encodePicture(await decodeImage(bytes, { maxPixels: width * height }), 'jpeg');
}
