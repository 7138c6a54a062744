import type { Color } from '../palettes/color.js';
import { type Pixels, pixelsOf } from '../pixels.js';
import type { Box } from '../placement.js';

/** How much of a colour covers each pixel of a small picture: 0 to 255, row by row. */
export interface Coverage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A copy of a picture to draw on. What lies outside of it is left out. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** RGB, as {@link Pixels} have it. */
  readonly data: Uint8Array;

  constructor(picture: Pixels) {
    this.width = picture.width;
    this.height = picture.height;
    this.data = picture.data.slice();
  }

  /** @param box in whole pixels */
  fillBox(box: Box, [red, green, blue]: Color): void {
    const x0 = Math.max(box[0], 0);
    const x1 = Math.min(box[2], this.width);
    for (let y = Math.max(box[1], 0); y < Math.min(box[3], this.height); y++) {
      const end = (y * this.width + x1) * 3;
      for (let at = (y * this.width + x0) * 3; at < end; ) {
        this.data[at++] = red;
        this.data[at++] = green;
        this.data[at++] = blue;
      }
    }
  }

  /** Lays a colour over the picture where a coverage is, its upper left pixel at (x, y). */
  blendCoverage({ width, height, data }: Coverage, x: number, y: number, color: Color): void {
    const firstColumn = Math.max(-x, 0);
    const endColumn = Math.min(width, this.width - x);
    const endRow = Math.min(height, this.height - y);
    for (let row = Math.max(-y, 0); row < endRow; row++) {
      for (let column = firstColumn; column < endColumn; column++) {
        const covered = data[row * width + column]!;
        if (covered > 0) blend(this.data, ((y + row) * this.width + x + column) * 3, color, covered / 255);
      }
    }
  }

  finish(): Pixels {
    return pixelsOf(this.data, this.width, this.height);
  }
}

function blend(data: Uint8Array, at: number, color: Color, alpha: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const before = data[at + channel]!;
    data[at + channel] = before + (color[channel]! - before) * alpha + 0.5;
  }
}
