import sharp, { type Sharp } from 'sharp';
import type { Pixels } from './pixels.js';

/** The formats pictures for eyes are written in. */
export const PICTURE_FORMATS = ['png', 'jpeg', 'webp'] as const;

export type PictureFormat = (typeof PICTURE_FORMATS)[number];

export interface EncodeOptions {
  /** 1 to 100, for JPEG (90 when left out) and WebP (85); PNG has none, it is exact. */
  readonly quality?: number;
  /** Written into the file as EXIF’s `ImageDescription`; what isn't ASCII does not belong there. */
  readonly description?: string;
}

/**
 * A picture as a file: sRGB without profile, orientation or other metadata than a description. PNG gives back the same
 * numbers.
 */
export async function encodePicture(
  pixels: Pixels,
  format: PictureFormat,
  options: EncodeOptions = {},
): Promise<Buffer> {
  const { width, height, channels, data } = pixels;
  const picture = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  const written = WRITERS[format](picture, options);
  const { description: ImageDescription } = options;
  return (
    ImageDescription === undefined ? written : written.withExif({ IFD0: { ImageDescription } })
  ).toBuffer();
}

const WRITERS: Readonly<Record<PictureFormat, (picture: Sharp, options: EncodeOptions) => Sharp>> = {
  png: (picture) => picture.png(),
  // Full colour resolution: halved, thin coloured outlines and small masks smear.
  // Huffman tables made for the picture would save a hundredth of its bytes and take three times as long.
  jpeg: (picture, { quality = 90 }) =>
    picture.jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false }),
  webp: (picture, { quality = 85 }) => picture.webp({ quality }),
};

/**
 * Numbers from 0 to 255, row by row, as an 8-bit grey PNG that holds exactly these numbers.
 * @throws RangeError when `data` does not hold `width` × `height` values
 */
export function encodeGrey8(data: Uint8Array, width: number, height: number): Promise<Buffer> {
  return encodeGrey(data, width, height, 'b-w');
}

/**
 * Numbers from 0 to 65535, row by row, as a 16-bit grey PNG that holds exactly these numbers.
 * @throws RangeError when `data` does not hold `width` × `height` values
 */
export function encodeGrey16(data: Uint16Array, width: number, height: number): Promise<Buffer> {
  return encodeGrey(data, width, height, 'grey16');
}

async function encodeGrey(
  data: Uint8Array | Uint16Array,
  width: number,
  height: number,
  colourspace: 'b-w' | 'grey16',
): Promise<Buffer> {
  if (data.length !== width * height) {
    throw new RangeError(
      `a grey picture of ${width} × ${height} holds ${width * height} values, got ${data.length}`,
    );
  }
  return sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false })
    .toColourspace(colourspace)
    .png()
    .toBuffer();
}
