import type { RegionMask } from '../masks/region-mask.js';
import type { Color } from '../palettes/color.js';
import { type Pixels, pixelsOf } from '../pixels.js';
import type { Box } from '../placement.js';
import { cutPart } from '../resamplers/cut-part.js';
import type { ResampledPart } from '../resamplers/resampler.js';
import { resample } from '../resamplers/resamplers.js';

export interface SquareCropOptions {
  /** What is shown of the box; `null` for all, and of the square around it too as far as the picture goes. */
  readonly mask: RegionMask | null;
  /** What the box is grown by on each side, as a share of its longer side. */
  readonly margin: number;
  /** Of what isn't shown. */
  readonly color: Color;
  /** A longer square is made smaller to this, in pixels, with PIL's bilinear filter. */
  readonly longestSide: number;
}

/**
 * The square around a box, the box in its middle, so that preparing it cuts off nothing of the box.
 * @param box in whole pixels, inside the picture and with an area
 */
export function cropSquare(
  picture: Pixels,
  [x0, y0, x1, y1]: Box,
  { mask, margin, color, longestSide }: SquareCropOptions,
): Pixels {
  const longer = Math.max(x1 - x0, y1 - y0);
  const grown = Math.round(longer * margin);
  const side = longer + 2 * grown;
  const left = x0 - grown - Math.floor((longer - (x1 - x0)) / 2);
  const top = y0 - grown - Math.floor((longer - (y1 - y0)) / 2);
  const shown = mask
    ? { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }
    : insidePicture(picture, { x: left, y: top, width: side, height: side });
  const cut = cutPart(picture, shown);
  const content = mask ? hideOutside(cut, shown, mask, color) : cut;
  const scale = Math.min(1, longestSide / side);
  const small = scale === 1 ? content : scaled(content, scale);
  return putOnSquare(small, color, {
    side: Math.round(side * scale),
    x: Math.round((shown.x - left) * scale),
    y: Math.round((shown.y - top) * scale),
  });
}

function insidePicture(picture: Pixels, { x, y, width, height }: ResampledPart): ResampledPart {
  const [x0, y0] = [Math.max(x, 0), Math.max(y, 0)];
  return {
    x: x0,
    y: y0,
    width: Math.min(x + width, picture.width) - x0,
    height: Math.min(y + height, picture.height) - y0,
  };
}

/** A copy with a colour wherever the mask isn't. @param at where in the picture it was cut out */
function hideOutside({ width, height, data }: Pixels, at: ResampledPart, mask: RegionMask, color: Color) {
  const visible = filled(width, height, color);
  const [firstColumn, endColumn] = shared(at.x, width, mask.x, mask.width);
  const [firstRow, endRow] = shared(at.y, height, mask.y, mask.height);
  for (let y = firstRow; y < endRow; y++) {
    const inMask = (at.y + y - mask.y) * mask.width + at.x - mask.x;
    for (let x = firstColumn; x < endColumn; x++) {
      if (mask.data[inMask + x] === 0) continue;
      const i = (y * width + x) * 3;
      visible[i] = data[i]!;
      visible[i + 1] = data[i + 1]!;
      visible[i + 2] = data[i + 2]!;
    }
  }
  return pixelsOf(visible, width, height);
}

/** Which positions of a stretch lie on another one: the first, and the one behind the last. */
function shared(start: number, length: number, otherStart: number, otherLength: number): [number, number] {
  return [Math.max(otherStart - start, 0), Math.min(otherStart + otherLength - start, length)];
}

function scaled(pixels: Pixels, scale: number): Pixels {
  const [width, height] = [pixels.width, pixels.height].map((edge) => Math.max(1, Math.round(edge * scale)));
  return resample('pil-bilinear', pixels, width!, height!) as Pixels;
}

/** Rounding may lead a pixel beyond the square; that one is left out. */
function putOnSquare(
  pixels: Pixels,
  color: Color,
  { side, x, y }: { readonly side: number; readonly x: number; readonly y: number },
): Pixels {
  if (pixels.width === side && pixels.height === side) return pixels;
  const data = filled(side, side, color);
  const width = Math.min(pixels.width, side - x);
  for (let row = 0; row < Math.min(pixels.height, side - y); row++) {
    const from = row * pixels.width * 3;
    data.set(pixels.data.subarray(from, from + width * 3), ((y + row) * side + x) * 3);
  }
  return pixelsOf(data, side, side);
}

function filled(width: number, height: number, [red, green, blue]: Color): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) {
    data[i] = red;
    data[i + 1] = green;
    data[i + 2] = blue;
  }
  return data;
}
