import { describe, expect, it } from 'vitest';
import { decodeGrey } from './decode-grey.js';
import { encodeGrey8, encodeGrey16 } from './encode-image.js';

describe('numbers in a grey PNG', () => {
  it('of 8 bits come back as they were', async () => {
    const ids = Uint8Array.from({ length: 300 }, (_, i) => i % 256);
    expect(await decodeGrey(await encodeGrey8(ids, 20, 15))).toEqual({ width: 20, height: 15, data: ids });
  });

  it('of 16 bits come back as they were', async () => {
    const ids = Uint16Array.from({ length: 300 }, (_, i) => (i * 217) % 65_536);
    expect(await decodeGrey(await encodeGrey16(ids, 20, 15))).toEqual({ width: 20, height: 15, data: ids });
  });
});
