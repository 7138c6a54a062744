import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.js';
import type { ImageFormat } from './image-format.js';
import { readImageHeader } from './image-header.js';
import { ImageRejectedError } from './image-rejected-error.js';
import { barePng } from './testing/bare-png.js';
import { floatTiff } from './testing/float-tiff.js';
import { noise } from './testing/noise.js';

const LIMITS = { maxPixels: 100_000_000 };

function picture(width = 60, height = 40) {
  return sharp(noise(width * height * 3), { raw: { width, height, channels: 3 } });
}

async function rejection(bytes: Buffer, limits = LIMITS): Promise<ImageRejectedError> {
  const error = await readImageHeader(bytes, limits).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof ImageRejectedError)) throw new Error('the picture was not rejected');
  return error;
}

describe('the header of a picture', () => {
  it.each(['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif'] as ImageFormat[])(
    'is read from %s',
    async (format) => {
      const bytes = await picture().toFormat(format).toBuffer();
      expect(await readImageHeader(bytes, LIMITS)).toEqual({
        format,
        mediaType: `image/${format}`,
        width: 60,
        height: 40,
        exifOrientation: 1,
        pages: 1,
      });
    },
  );

  it.each(['jpeg', 'png', 'webp', 'tiff'] as const)('gives the size as displayed: %s', async (format) => {
    const bytes = await picture().withMetadata({ orientation: 6 }).toFormat(format).toBuffer();
    expect(await readImageHeader(bytes, LIMITS)).toMatchObject({ width: 40, height: 60, exifOrientation: 6 });
  });

  it('takes an orientation that EXIF does not know for none, as decoding does', async () => {
    const bytes = await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer();
    // Tag 274 (orientation), type 3 (16 bits), one value.
    const entry = bytes.indexOf(Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0]));
    expect(entry).toBeGreaterThan(0);
    for (const unknown of [0, 9, 300]) {
      bytes.writeUInt16LE(unknown, entry + 8);
      expect(await readImageHeader(bytes, LIMITS)).toMatchObject({
        width: 60,
        height: 40,
        exifOrientation: 1,
      });
      expect(await decodeImage(bytes, LIMITS)).toMatchObject({ width: 60, height: 40 });
    }
  });

  it('counts the frames of an animation, and only one of them against the limit', async () => {
    const frames = sharp(noise(60 * 120 * 3), {
      raw: { width: 60, height: 120, channels: 3, pageHeight: 40 },
    });
    const bytes = await frames.gif().toBuffer();
    expect(await readImageHeader(bytes, { maxPixels: 60 * 40 })).toMatchObject({ height: 40, pages: 3 });
  });

  it('passes where only the pixels behind it are cut off', async () => {
    const bytes = await picture().jpeg().toBuffer();
    const cutOff = bytes.subarray(0, bytes.length / 2);
    expect(await readImageHeader(cutOff, LIMITS)).toMatchObject({ width: 60, height: 40 });
    await expect(decodeImage(cutOff, LIMITS)).rejects.toMatchObject({ reason: 'corrupt' });
  });
});

describe('bytes that are no picture', () => {
  it('are refused as empty when there are none', async () => {
    expect(await rejection(Buffer.alloc(0))).toMatchObject({ reason: 'empty' });
  });

  it.each([
    ['<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'an SVG document'],
    ['<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg:svg/>', 'an SVG document'],
    ['<!DOCTYPE html><title>404</title>', 'an HTML document'],
    ['<?xml version="1.0"?><rss/>', 'an XML document'],
    ['%PDF-1.7\n%\xe2\xe3', 'a PDF document'],
    ['{"image": "cat.jpg"}', 'text (it begins with "{\\"image\\": \\"cat.jpg\\"}")'],
    [' \n\t', 'blank text'],
    ['BM\x36\0\0\0\0\0\0\0\x36\0\0\0', 'a BMP picture'],
    ['\0\0\x01\0\x01\0\x10\x10', 'an icon (ICO)'],
    ['\0\0\0\x0cjP  \r\n\x87\n', 'a JPEG 2000 picture'],
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'a HEIC picture'],
    ['\0\0\0\x18ftypisom\0\0\0\0isommp41', 'a video'],
    ['PK\x03\x04\x14\0', 'a ZIP archive'],
    ['\x00\x01\x02\x03\x04\x05\x06\x07\x08', 'an unknown format (it begins with the bytes 0001020304050607)'],
  ])('are named in the refusal: %j', async (content, description) => {
    const error = await rejection(Buffer.from(content, 'latin1'));
    expect(error.reason).toBe('unsupported_format');
    expect(error.message).toContain('expected a PNG, JPEG, WebP, TIFF, AVIF or GIF picture');
    expect(error.message).toContain(`got ${description}: convert it`);
  });

  it('are refused as corrupt when only their first bytes are a picture', async () => {
    expect(await rejection(Buffer.from('\xff\xd8\xff\xe0 and nothing more', 'latin1'))).toMatchObject({
      reason: 'corrupt',
    });
    expect(await rejection(barePng(0, 40))).toMatchObject({ reason: 'corrupt' });
  });
});

describe('a picture of a rare kind', () => {
  it('is refused when black and white of its samples are not agreed on', async () => {
    const error = await rejection(floatTiff(4, 4));
    expect(error).toMatchObject({ reason: 'unsupported_format' });
    expect(error.message).toContain('float');
  });
});

describe('too many pixels', () => {
  it('are refused by a PNG of a hundred bytes, with their number and the limit', async () => {
    const error = await rejection(barePng(60_000, 60_000));
    expect(error.reason).toBe('too_many_pixels');
    expect(error.message).toBe(
      'expected at most 100000000 pixels, got 60000 × 60000 = 3600000000: send a smaller picture',
    );
  });

  it('are refused by the longest side alone', async () => {
    const error = await rejection(barePng(70_000, 3));
    expect(error.reason).toBe('too_many_pixels');
    expect(error.message).toContain('65500');
  });

  it.each(['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif'] as ImageFormat[])(
    'are counted before decoding: %s',
    async (format) => {
      const bytes = await picture().toFormat(format).toBuffer();
      expect(await rejection(bytes, { maxPixels: 60 * 40 - 1 })).toMatchObject({ reason: 'too_many_pixels' });
      expect(await readImageHeader(bytes, { maxPixels: 60 * 40 })).toMatchObject({ width: 60 });
      await expect(decodeImage(bytes, { maxPixels: 100 })).rejects.toMatchObject({
        reason: 'too_many_pixels',
      });
    },
  );
});
