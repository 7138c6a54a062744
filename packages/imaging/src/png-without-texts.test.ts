import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.js';
import { pngWithoutTexts } from './png-without-texts.js';
import { pngChunk } from './testing/bare-png.js';
import { noise } from './testing/noise.js';

const SIDE = 20;
const HEADER_BYTES = 8 + 25;

async function plainPng(): Promise<Buffer> {
  return sharp(noise(SIDE * SIDE * 3), { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
}

/** With chunks behind the header and before the end. */
function withChunks(png: Buffer, ...chunks: Buffer[]): Buffer {
  const end = png.length - 12;
  return Buffer.concat([
    png.subarray(0, HEADER_BYTES),
    ...chunks,
    png.subarray(HEADER_BYTES, end),
    ...chunks,
    png.subarray(end),
  ]);
}

const compressed = pngChunk('zTXt', Buffer.concat([Buffer.from('k\0\0'), deflateSync(Buffer.alloc(50_000))]));
const international = pngChunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0<x/>'));
const plain = pngChunk('tEXt', Buffer.from('Title\0a picture'));

describe('a PNG', () => {
  it('loses compressed texts wherever they stand, and nothing else', async () => {
    const png = await plainPng();
    expect(pngWithoutTexts(withChunks(png, compressed, plain, international))).toEqual(
      withChunks(png, plain),
    );
    const limits = { maxPixels: 1000 };
    expect(await decodeImage(withChunks(png, compressed), limits)).toEqual(await decodeImage(png, limits));
  });

  it('without any stays the very same', async () => {
    const png = withChunks(await plainPng(), plain);
    expect(pngWithoutTexts(png)).toBe(png);
  });

  it('that is cut off, or whose text claims more than there is, ends where it ends', async () => {
    const png = withChunks(await plainPng(), compressed);
    for (let length = 0; length < 120; length++) {
      expect(pngWithoutTexts(png.subarray(0, length)).length).toBeLessThanOrEqual(length);
    }
    const lying = Buffer.from(png);
    lying.writeUInt32BE(0xffffffff, HEADER_BYTES);
    expect(pngWithoutTexts(lying)).toEqual(png.subarray(0, HEADER_BYTES));
  });
});
