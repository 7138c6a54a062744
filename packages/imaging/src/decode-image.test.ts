import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.js';
import { noise } from './testing/noise.js';
import { hasSharedPhotos, sharedPhoto } from './testing/shared-photos.js';

const LIMITS = { maxPixels: 100_000_000 };
const WIDTH = 31;
const HEIGHT = 22;
const COUNT = WIDTH * HEIGHT;
const RGB = noise(COUNT * 3);

function raw(data: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4, width = WIDTH, height = HEIGHT) {
  return sharp(data, { raw: { width, height, channels } });
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

function correlation(a: Uint8Array, b: Uint8Array): number {
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = (x: Uint8Array, meanX: number, y: Uint8Array, meanY: number) =>
    x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0);
  const variances = covariance(a, meanA, a, meanA) * covariance(b, meanB, b, meanB);
  return covariance(a, meanA, b, meanB) / Math.sqrt(variances);
}

describe('decoding', () => {
  it('gives the numbers of an RGB picture as they are', async () => {
    for (const bytes of [
      await raw(RGB, 3).png().toBuffer(),
      await raw(RGB, 3).webp({ lossless: true }).toBuffer(),
      await raw(RGB, 3).tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      const pixels = await decodeImage(bytes, LIMITS);
      expect(pixels).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 3 });
      expect(pixels.data).toEqual(RGB);
    }
  });

  it('does not apply the colour profile of an RGB picture', async () => {
    const bytes = await raw(RGB, 3).png().withIccProfile('p3', { attach: true }).toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    const { data } = await decodeImage(bytes, LIMITS);
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
    expect(data).toEqual(new Uint8Array(stored));
  });

  it('repeats grey in all three channels', async () => {
    const grey = noise(COUNT, 2);
    const { data } = await decodeImage(await raw(grey, 1).toColourspace('b-w').png().toBuffer(), LIMITS);
    expect(data).toEqual(Uint8Array.from({ length: COUNT * 3 }, (_, i) => grey[Math.floor(i / 3)]!));
  });

  it('resolves a palette', async () => {
    const colors = Uint8Array.from({ length: COUNT * 3 }, (_, i) => (Math.floor(i / 3) % 5) * 50 + (i % 3));
    const bytes = await raw(colors, 3).png({ palette: true }).toBuffer();
    expect((await sharp(bytes).metadata()).isPalette).toBe(true);
    expect(meanDifference((await decodeImage(bytes, LIMITS)).data, colors)).toBeLessThan(1);
  });

  it('drops alpha without blending, also where nothing shows', async () => {
    const rgba = new Uint8Array(COUNT * 4);
    for (let i = 0; i < COUNT; i++) rgba.set([...RGB.subarray(i * 3, i * 3 + 3), i % 256], i * 4);
    const { data } = await decodeImage(await raw(rgba, 4).png().toBuffer(), LIMITS);
    expect(data).toEqual(RGB);
  });

  it('scales 16 bits to 8', async () => {
    const wide = Uint16Array.from(RGB, (value) => value * 257);
    const color = await raw(wide, 3).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(color).metadata()).depth).toBe('ushort');
    expect((await decodeImage(color, LIMITS)).data).toEqual(RGB);
    const grey = await raw(wide.subarray(0, COUNT), 1).toColourspace('grey16').png().toBuffer();
    const { data } = await decodeImage(grey, LIMITS);
    expect(data).toEqual(Uint8Array.from({ length: COUNT * 3 }, (_, i) => RGB[Math.floor(i / 3)]!));
  });

  it('takes the first frame of an animation', async () => {
    const frames = new Uint8Array(COUNT * 9);
    for (const [frame, value] of [200, 100, 0].entries()) {
      frames.fill(value, frame * COUNT * 3, (frame + 1) * COUNT * 3);
    }
    const animation = { raw: { width: WIDTH, height: HEIGHT * 3, channels: 3, pageHeight: HEIGHT } } as const;
    for (const bytes of [
      await sharp(frames, animation).gif().toBuffer(),
      await sharp(frames, animation).webp({ lossless: true }).toBuffer(),
    ]) {
      expect((await sharp(bytes).metadata()).pages).toBe(3);
      const pixels = await decodeImage(bytes, LIMITS);
      expect(pixels).toMatchObject({ width: WIDTH, height: HEIGHT });
      expect(new Set(pixels.data)).toEqual(new Set([200]));
    }
  });

  it('reads AVIF', async () => {
    const even = new Uint8Array(COUNT * 3).fill(90);
    const bytes = await raw(even, 3).avif({ quality: 90 }).toBuffer();
    expect(meanDifference((await decodeImage(bytes, LIMITS)).data, even)).toBeLessThan(3);
    const tenBits = await raw(even, 3).avif({ quality: 90, bitdepth: 10 }).toBuffer();
    expect((await sharp(tenBits).metadata()).depth).toBe('ushort');
    expect(meanDifference((await decodeImage(tenBits, LIMITS)).data, even)).toBeLessThan(3);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('shows EXIF orientation %i upright', async (orientation) => {
    const stored = await raw(RGB, 3).withMetadata({ orientation }).png().toBuffer();
    const { data, info } = await sharp(stored).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const pixels = await decodeImage(stored, LIMITS);
    expect([pixels.width, pixels.height]).toEqual([info.width, info.height]);
    expect(pixels.width).toBe(orientation >= 5 ? HEIGHT : WIDTH);
    expect(pixels.data).toEqual(new Uint8Array(data));
  });
});

describe('a damaged picture', () => {
  it.each(['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif'] as const)(
    'is refused when cut off: %s',
    async (format) => {
      const bytes = await raw(noise(300 * 200 * 3), 3, 300, 200)
        .toFormat(format)
        .toBuffer();
      const cutOff = decodeImage(bytes.subarray(0, Math.floor(bytes.length * 0.7)), LIMITS);
      await expect(cutOff).rejects.toMatchObject({ name: 'ImageRejectedError', reason: 'corrupt' });
      await expect(cutOff).rejects.toThrow(`expected a whole image/${format} picture`);
    },
  );
});

describe('an odd but readable picture', () => {
  it('is shown where stray bytes lie between the segments of a JPEG', async () => {
    const bytes = await raw(RGB, 3).jpeg().toBuffer();
    const firstSegmentEnd = 4 + bytes.readUInt16BE(4);
    const odd = Buffer.concat([
      bytes.subarray(0, firstSegmentEnd),
      Buffer.from([0, 1, 2, 3]),
      bytes.subarray(firstSegmentEnd),
    ]);
    expect(await decodeImage(odd, LIMITS)).toEqual(await decodeImage(bytes, LIMITS));
  });

  it('is shown when only stray bytes follow it', async () => {
    const bytes = Buffer.concat([await raw(RGB, 3).jpeg().toBuffer(), Buffer.from('trailing')]);
    expect(await decodeImage(bytes, LIMITS)).toMatchObject({ width: WIDTH, height: HEIGHT });
  });
});

describe.skipIf(!hasSharedPhotos)('real photos', () => {
  it('are the same whether turned in the file or by EXIF', async () => {
    const upright = await decodeImage(sharedPhoto('exif1_landscape.jpg'), LIMITS);
    const turned = await decodeImage(sharedPhoto('exif6_landscape.jpg'), LIMITS);
    expect([turned.width, turned.height]).toEqual([600, 450]);
    expect([upright.width, upright.height]).toEqual([600, 450]);
    // Each has its own number painted in, and only one has a colour profile: alike but not equal.
    expect(correlation(upright.data, turned.data)).toBeGreaterThan(0.9);
    expect(correlation(upright.data, turned.data.toReversed())).toBeLessThan(0.5);
  });

  it('in CMYK have the colours their profile says', async () => {
    const { width, height, data } = await decodeImage(sharedPhoto('cmyk.jpg'), LIMITS);
    expect([width, height]).toEqual([500, 333]);
    const at = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
    const [grassRed, grassGreen, grassBlue] = at(60, 200) as [number, number, number];
    expect(grassGreen).toBeGreaterThan(grassRed);
    expect(grassGreen).toBeGreaterThan(grassBlue + 40);
    const [dressRed, dressGreen, dressBlue] = at(318, 205) as [number, number, number];
    expect(dressRed).toBeGreaterThan(dressGreen + 60);
    expect(dressRed).toBeGreaterThan(dressBlue + 60);
  });

  it('in WebP are read', async () => {
    expect(await decodeImage(sharedPhoto('lossy.webp'), LIMITS)).toMatchObject({ width: 1024, height: 772 });
  });
});
