import sharp from 'sharp';
import type { ClassIds } from './class-ids.js';

/**
 * The numbers in a grey PNG that this package wrote, 8 or 16 bits each, row by row.
 * @param png not from outside: nothing limits its size
 */
export async function decodeGrey(
  png: Buffer,
): Promise<{ readonly width: number; readonly height: number; readonly data: ClassIds }> {
  const picture = sharp(png, { limitInputPixels: false });
  const is16Bits = (await picture.metadata()).depth === 'ushort';
  const { data, info } = await picture
    .toColourspace(is16Bits ? 'grey16' : 'b-w')
    .raw({ depth: is16Bits ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  if (!is16Bits) return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  const numbers = new Uint16Array(width * height);
  data.copy(Buffer.from(numbers.buffer));
  return { width, height, data: numbers };
}
