/** For each position along an axis: the cells it lies between, and how far it is on the way to the second. */
export interface SinglePrecisionTaps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly fraction: Float32Array;
  /** How much of the first is kept: what is left of 1. */
  readonly kept: Float32Array;
}

/** Things that follow each other: number i goes from `start[i]` to below `start[i + 1]`. */
interface Stretches {
  readonly count: number;
  readonly start: Int32Array;
}

/**
 * One axis of an enlargement from cells to nodes and from nodes to pixels. Between two nodes values change evenly, so
 * the pixels there make a segment; the segments whose values come from the same few cells make a block.
 */
export interface EnlargementAxis {
  readonly cells: number;
  readonly nodes: SinglePrecisionTaps;
  readonly pixels: SinglePrecisionTaps;
  /** In pixels. All of a segment lie between the same two nodes; none is empty. */
  readonly segments: Stretches;
  /** In segments. All of a block are made of no other cells than its own. */
  readonly blocks: Stretches & { readonly firstCell: Int32Array; readonly lastCell: Int32Array };
}

export interface AxisSizes {
  readonly cells: number;
  /** What the cells are enlarged to first; null where they are enlarged to the pixels at once. */
  readonly nodes: number | null;
  /** How many of the nodes, or of the cells where there are none, show the picture. */
  readonly shown: number;
  readonly pixels: number;
}

export function enlargementAxis({ cells, nodes, shown, pixels }: AxisSizes): EnlargementAxis {
  const nodeTaps = nodes === null ? identityTaps(cells) : torchTaps(cells, nodes);
  const pixelTaps = torchTaps(shown, pixels);
  const segments = segmentsOf(pixelTaps);
  return {
    cells,
    nodes: nodeTaps,
    pixels: pixelTaps,
    segments,
    blocks: blocksOf(segments, pixelTaps, nodeTaps),
  };
}

/**
 * `area_pixel_compute_source_index` and `compute_source_index_and_lambda` of PyTorch with `align_corners=False`, in
 * single precision as there: at a position of a thousand and more its last bit is worth a ten-thousandth of a cell.
 */
function torchTaps(inputSize: number, outputSize: number): SinglePrecisionTaps {
  if (inputSize === outputSize) return identityTaps(inputSize);
  const scale = Math.fround(inputSize / outputSize);
  const taps = emptyTaps(outputSize);
  for (let i = 0; i < outputSize; i++) {
    const position = Math.max(Math.fround(scale * (i + 0.5) - 0.5), 0);
    const near = Math.min(Math.floor(position), inputSize - 1);
    taps.near[i] = near;
    taps.far[i] = Math.min(near + 1, inputSize - 1);
    taps.fraction[i] = Math.min(Math.max(position - near, 0), 1);
    taps.kept[i] = 1 - taps.fraction[i]!;
  }
  return taps;
}

function identityTaps(size: number): SinglePrecisionTaps {
  const taps = emptyTaps(size);
  for (let i = 0; i < size; i++) taps.near[i] = taps.far[i] = i;
  return taps;
}

function emptyTaps(size: number): SinglePrecisionTaps {
  return {
    near: new Int32Array(size),
    far: new Int32Array(size),
    fraction: new Float32Array(size),
    kept: new Float32Array(size).fill(1),
  };
}

function segmentsOf({ near }: SinglePrecisionTaps): Stretches {
  return stretchesWhere(near.length, (pixel) => near[pixel] !== near[pixel - 1]);
}

function blocksOf(
  segments: Stretches,
  pixels: SinglePrecisionTaps,
  nodes: SinglePrecisionTaps,
): EnlargementAxis['blocks'] {
  const firstCellOf = (segment: number) => nodes.near[pixels.near[segments.start[segment]!]!]!;
  const lastCellOf = (segment: number) => nodes.far[pixels.far[segments.start[segment]!]!]!;
  const blocks = stretchesWhere(
    segments.count,
    (segment) => firstCellOf(segment) !== firstCellOf(segment - 1),
  );
  const firstCell = new Int32Array(blocks.count);
  const lastCell = new Int32Array(blocks.count);
  for (let block = 0; block < blocks.count; block++) {
    firstCell[block] = firstCellOf(blocks.start[block]!);
    lastCell[block] = lastCellOf(blocks.start[block + 1]! - 1);
  }
  return { ...blocks, firstCell, lastCell };
}

/** @param isFirst whether another stretch begins at a place; asked for all places but the first */
function stretchesWhere(length: number, isFirst: (place: number) => boolean): Stretches {
  const starts: number[] = [];
  for (let place = 0; place < length; place++) if (place === 0 || isFirst(place)) starts.push(place);
  return { count: starts.length, start: Int32Array.from([...starts, length]) };
}
