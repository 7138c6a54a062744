import type { RegionMask } from './region-mask.js';
import type { Ring } from './ring.js';

/** One way along the edges between a mask's 1 and 0, with the 1 on its right as seen on a screen. */
export interface TracedBorder {
  /** In pixels of the region. Where the way touched itself at a corner it is cut in two there. */
  readonly rings: readonly Ring[];
  /**
   * For the border of a hole: another border of the same pixels. From each to its left neighbour and on, one comes to
   * the border around them all.
   */
  readonly leftNeighbour: () => number;
}

const IN_MASK = 1;
/** The way along the pixel's upper edge has been gone. */
const UPPER_EDGE_DONE = 2;

/** Directions in the order of right turns. */
const RIGHT = 0;
const UP = 3;

/** Traces all borders between 1 and 0 of a mask, in the order of their uppermost, then leftmost upper edges of a pixel. */
export function traceBorders(mask: RegionMask): { readonly borders: readonly TracedBorder[] } {
  const grid = new BorderGrid(mask);
  const borders: TracedBorder[] = [];
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (grid.hasUntracedUpperEdge(x, y)) borders.push(grid.trace(x, y, borders.length));
    }
  }
  return { borders };
}

/**
 * The mask with a frame of 0 around it, so that every corner has four pixels. Corner (x, y) is the upper left one of
 * pixel (x, y), and has the index of the pixel above and left of it.
 */
class BorderGrid {
  readonly #stride: number;
  readonly #cells: Uint8Array;
  /** By pixel: the border that its left edge is part of. */
  readonly #borderAtLeftEdge: Int32Array;
  /** By direction: the way to the next corner, and from a corner to the pixels ahead on the left and right. */
  readonly #step: readonly number[];
  readonly #aheadLeft: readonly number[];
  readonly #aheadRight: readonly number[];

  constructor({ width, height, data }: RegionMask) {
    const stride = width + 2;
    this.#stride = stride;
    this.#cells = new Uint8Array(stride * (height + 2));
    for (let y = 0; y < height; y++) {
      this.#cells.set(data.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
    }
    this.#borderAtLeftEdge = new Int32Array(this.#cells.length);
    this.#step = [1, stride, -1, -stride];
    this.#aheadLeft = [1, stride + 1, stride, 0];
    this.#aheadRight = [stride + 1, stride, 0, 1];
  }

  hasUntracedUpperEdge(x: number, y: number): boolean {
    const pixel = (y + 1) * this.#stride + x + 1;
    return this.#cells[pixel] === IN_MASK && (this.#cells[pixel - this.#stride]! & IN_MASK) === 0;
  }

  /** Follows the border that begins with the upper edge of a pixel. */
  trace(x: number, y: number, border: number): TracedBorder {
    const start = y * this.#stride + x;
    const corners = new TouchingCorners(this.#stride);
    let uppermost = start;
    let corner = start;
    let direction = RIGHT;
    corners.add(corner, this.#isTouching(corner));
    do {
      this.#markEdge(corner, direction, border);
      corner += this.#step[direction]!;
      const turn = this.#turnAt(corner, direction);
      direction = (direction + turn) % 4;
      if (turn === 0) continue;
      uppermost = Math.min(uppermost, corner);
      if (corner !== start || direction !== RIGHT) corners.add(corner, this.#isTouching(corner));
    } while (corner !== start || direction !== RIGHT);
    return { rings: corners.finish(), leftNeighbour: () => this.#leftNeighbour(uppermost) };
  }

  /** 0 straight on, 1 right, 3 left. Where two pixels touch with a corner only, it stays at the one it is at. */
  #turnAt(corner: number, direction: number): number {
    if ((this.#cells[corner + this.#aheadRight[direction]!]! & IN_MASK) === 0) return 1;
    return (this.#cells[corner + this.#aheadLeft[direction]!]! & IN_MASK) === 0 ? 0 : 3;
  }

  /** Whether exactly two pixels opposite to each other are in the mask: borders pass here twice. */
  #isTouching(corner: number): boolean {
    const below = corner + this.#stride;
    const upperLeft = this.#cells[corner]! & IN_MASK;
    const upperRight = this.#cells[corner + 1]! & IN_MASK;
    return (
      upperLeft !== upperRight &&
      upperLeft === (this.#cells[below + 1]! & IN_MASK) &&
      upperRight === (this.#cells[below]! & IN_MASK)
    );
  }

  #markEdge(corner: number, direction: number, border: number): void {
    if (direction === RIGHT) this.#cells[corner + this.#stride + 1]! |= UPPER_EDGE_DONE;
    else if (direction === UP) this.#borderAtLeftEdge[corner + 1] = border;
  }

  /** Left of a hole's uppermost corner lies a pixel of the mask: goes on to the left until the mask ends. */
  #leftNeighbour(uppermostCorner: number): number {
    let pixel = uppermostCorner + this.#stride;
    while ((this.#cells[pixel - 1]! & IN_MASK) !== 0) pixel--;
    return this.#borderAtLeftEdge[pixel]!;
  }
}

/** Collects the corners of a border; one that comes by the same corner again has closed a ring of its own. */
class TouchingCorners {
  readonly #stride: number;
  readonly #rings: Ring[] = [];
  readonly #placeOfTouching = new Map<number, number>();
  readonly #corners: number[] = [];

  constructor(stride: number) {
    this.#stride = stride;
  }

  add(corner: number, isTouching: boolean): void {
    const place = isTouching ? this.#placeOfTouching.get(corner) : undefined;
    if (place !== undefined) {
      this.#rings.push([
        corner % this.#stride,
        Math.floor(corner / this.#stride),
        ...this.#corners.splice(place + 2),
      ]);
      return;
    }
    if (isTouching) this.#placeOfTouching.set(corner, this.#corners.length);
    this.#corners.push(corner % this.#stride, Math.floor(corner / this.#stride));
  }

  finish(): readonly Ring[] {
    this.#rings.push(this.#corners);
    return this.#rings;
  }
}
