import { type ConnectedRuns, connectRuns } from './connected-runs.js';
import type { MaskRuns } from './mask-runs.js';
import { RunEdges } from './run-edges.js';

/**
 * Fills the holes of a mask that have fewer pixels than `minArea`. A hole is a connected part of what is not in the
 * mask, also one at the picture's edge. As `remove_small_regions` of segment-anything does for `holes`.
 * @returns the very mask given when nothing is to be filled
 */
export function fillSmallHoles(mask: MaskRuns, minArea: number): MaskRuns {
  const { edges, pictureWidth, pictureHeight } = mask;
  const pixels = pictureWidth * pictureHeight;
  const holes = connectRuns(complementOf(edges, pixels), pictureHeight);
  const areas = areasOf(holes);
  if (!areas.some((area) => area > 0 && area < minArea)) return mask;
  const rest = edgesOf(holes, pictureHeight, (part) => areas[part]! >= minArea);
  return { ...mask, edges: complementOf(rest, pixels) };
}

/**
 * Removes the connected parts of a mask that have fewer pixels than `minArea`; where all have, the largest stays. As
 * `remove_small_regions` of segment-anything does for `islands`.
 * @returns the very mask given when nothing is to be removed
 */
export function removeSmallIslands(mask: MaskRuns, minArea: number): MaskRuns {
  const { edges, pictureHeight } = mask;
  const islands = connectRuns(edges, pictureHeight);
  const areas = areasOf(islands);
  if (!areas.some((area) => area > 0 && area < minArea)) return mask;
  const isAnyLarge = areas.some((area) => area >= minArea);
  const largest = isAnyLarge ? null : largestOf(islands, areas, mask.pictureWidth);
  const isKept = (part: number) => (largest === null ? areas[part]! >= minArea : part === largest);
  return { ...mask, edges: edgesOf(islands, pictureHeight, isKept) };
}

/** How many pixels each part has; 0 for numbers that are no part's. */
function areasOf({ count, start, end, part }: ConnectedRuns): Uint32Array {
  const areas = new Uint32Array(count);
  for (let run = 0; run < count; run++) areas[part[run]!]! += end[run]! - start[run]!;
  return areas;
}

/** Of equally large parts the one that OpenCV numbers first: it goes through squares of two by two, row by row. */
function largestOf(
  { count, x, start, part }: ConnectedRuns,
  areas: Uint32Array,
  pictureWidth: number,
): number {
  const squaresInRow = Math.ceil(pictureWidth / 2);
  const largestArea = areas.reduce((largest, area) => Math.max(largest, area), 0);
  let firstSquare = Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let run = 0; run < count; run++) {
    const square = Math.floor(start[run]! / 2) * squaresInRow + Math.floor(x[run]! / 2);
    if (areas[part[run]!] !== largestArea || square >= firstSquare) continue;
    firstSquare = square;
    largest = part[run]!;
  }
  return largest;
}

function edgesOf(runs: ConnectedRuns, pictureHeight: number, isKept: (part: number) => boolean): Uint32Array {
  const edges = new RunEdges();
  for (let run = 0; run < runs.count; run++) {
    if (!isKept(runs.part[run]!)) continue;
    const column = runs.x[run]! * pictureHeight;
    edges.add(column + runs.start[run]!, column + runs.end[run]!);
  }
  return edges.toArray();
}

/** The runs of what is not in the runs given. */
function complementOf(edges: Uint32Array, pixels: number): Uint32Array {
  const complement = new RunEdges();
  let end = 0;
  for (let i = 0; i < edges.length; i += 2) {
    if (edges[i]! > end) complement.add(end, edges[i]!);
    end = edges[i + 1]!;
  }
  if (end < pixels) complement.add(end, pixels);
  return complement.toArray();
}
