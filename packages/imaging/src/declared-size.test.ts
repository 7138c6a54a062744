import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readDeclaredSize } from './declared-size.js';
import { noise } from './testing/noise.js';

const picture = sharp(noise(61 * 43 * 3), { raw: { width: 61, height: 43, channels: 3 } });
const SIZE = { width: 61, height: 43 };

describe('the size a file claims', () => {
  it.each(['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif'] as const)('is found in %s', async (format) => {
    expect(readDeclaredSize(await picture.clone().toFormat(format).toBuffer(), format)).toEqual(SIZE);
  });

  it('is found in the variants of JPEG, WebP and TIFF', async () => {
    const withMetadata = picture.clone().withMetadata({ orientation: 1 });
    expect(readDeclaredSize(await withMetadata.jpeg({ progressive: true }).toBuffer(), 'jpeg')).toEqual(SIZE);
    expect(readDeclaredSize(await picture.clone().webp({ lossless: true }).toBuffer(), 'webp')).toEqual(SIZE);
    expect(readDeclaredSize(await picture.clone().webp().withExif({}).toBuffer(), 'webp')).toEqual(SIZE);
    expect(readDeclaredSize(await withMetadata.clone().webp().toBuffer(), 'webp')).toEqual(SIZE);
    expect(readDeclaredSize(await picture.clone().tiff({ bigtiff: true }).toBuffer(), 'tiff')).toEqual(SIZE);
  });

  it('is unknown where the file ends before it', async () => {
    for (const format of ['png', 'jpeg', 'webp', 'tiff', 'avif', 'gif'] as const) {
      const bytes = await picture.clone().toFormat(format).toBuffer();
      expect(readDeclaredSize(bytes.subarray(0, format === 'gif' ? 7 : 12), format)).toBeUndefined();
    }
  });
});
