import { encodePicture, pixelsOf } from '@darkroom/imaging';
import { expect } from 'vitest';

const BOX = [20, 10, 70, 50] as const;

/** Size of the usual picture, which all of the box is in. */
export const RED_BOX = { width: 96, height: 64 };

/** A red box on black, as far as the picture goes. */
export function redBoxPicture({ width, height } = RED_BOX): Promise<Buffer> {
  const [x0, y0, x1, y1] = BOX;
  const data = new Uint8Array(width * height * 3);
  for (let y = y0; y < Math.min(y1, height); y++) {
    for (let x = x0; x < Math.min(x1, width); x++) data[(y * width + x) * 3] = 255;
  }
  return encodePicture(pixelsOf(data, width, height), 'png');
}

/** That a mask is of the red box, within what a cell of the small masks is large. */
export function expectRedBox(mask: { readonly box: readonly number[] } | undefined): void {
  for (const [edge, value] of BOX.entries()) {
    expect(Math.abs(mask!.box[edge]! - value)).toBeLessThan(3);
  }
}
