import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.js';
import { encodeGrey8, encodeGrey16, encodePicture, PICTURE_FORMATS } from './encode-image.js';
import { pixelsOf } from './pixels.js';
import { noise } from './testing/noise.js';

const LIMITS = { maxPixels: 1_000_000 };

describe('encoding a picture', () => {
  const picture = pixelsOf(noise(50 * 30 * 3), 50, 30);

  it('as PNG gives the same numbers back', async () => {
    expect(await decodeImage(await encodePicture(picture, 'png'), LIMITS)).toEqual(picture);
  });

  it.each(['jpeg', 'webp'] as const)('as %s is larger with more quality', async (format) => {
    const coarse = await encodePicture(picture, format, { quality: 20 });
    const fine = await encodePicture(picture, format, { quality: 95 });
    expect((await sharp(fine).metadata()).format).toBe(format);
    expect(fine.length).toBeGreaterThan(coarse.length);
  });
});

it.each(PICTURE_FORMATS)('a description is written into a %s, as the only metadata', async (format) => {
  const description = `{"prompt":"${'\\\\u1f98'.repeat(4000)}"}`;
  const picture = pixelsOf(noise(50 * 30 * 3), 50, 30);
  const described = await encodePicture(picture, format, { description });
  const { exif, icc, xmp, iptc } = await sharp(described).metadata();
  expect(exif!.includes(description)).toBe(true);
  expect([icc, xmp, iptc]).toEqual([undefined, undefined, undefined]);
  const plain = await encodePicture(picture, format);
  expect((await sharp(plain).metadata()).exif).toBeUndefined();
  expect(await decodeImage(described, LIMITS)).toEqual(await decodeImage(plain, LIMITS));
});

describe('encoding numbers as grey', () => {
  it('keeps all values of 8 bits, in one channel', async () => {
    const values = Uint8Array.from({ length: 16 * 48 }, (_, i) => i % 256);
    const file = await encodeGrey8(values, 16, 48);
    expect(await sharp(file).metadata()).toMatchObject({ format: 'png', channels: 1, depth: 'uchar' });
    const readBack = await sharp(file).toColourspace('b-w').raw().toBuffer();
    expect(new Uint8Array(readBack)).toEqual(values);
  });

  it('keeps all values of 16 bits, in one channel', async () => {
    const values = Uint16Array.from({ length: 256 * 256 }, (_, i) => (i * 40_503) % 65_536);
    const file = await encodeGrey16(values, 256, 256);
    expect(await sharp(file).metadata()).toMatchObject({ format: 'png', channels: 1, depth: 'ushort' });
    const readBack = await sharp(file).toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
    expect(new Uint16Array(readBack.buffer, readBack.byteOffset, values.length)).toEqual(values);
  });

  it('refuses a number of values that does not fit the size', async () => {
    await expect(encodeGrey8(new Uint8Array(10), 3, 4)).rejects.toThrow('holds 12 values, got 10');
  });
});
