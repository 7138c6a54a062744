import { roundHalfToEven } from './round-half-to-even.js';

/**
 * How the sides of a picture that is scaled by its shorter one become whole pixels. A pixel more or less shifts what
 * the network sees, so each is as its original has it:
 * - `torchvision`: `_compute_resized_output_size`. The shorter side gets the length exactly, the longer one is
 *   truncated; with a limit in force it is the other way round
 * - `transformers`: `get_size_with_aspect_ratio` of `image_transforms.py` (4.46 and later). As torchvision, but with a
 *   limit in force the shorter side is rounded
 * - `yolos`: the same, and then each side is cut down to a multiple of 16
 * - `detectron2`: `ResizeShortestEdge.get_output_shape`. Both sides are rounded, halves up
 */
export type ShortestEdgeRounding = 'torchvision' | 'transformers' | 'yolos' | 'detectron2';

type Sides = readonly [short: number, long: number];

type Scaling = (short: number, long: number, shortestEdge: number, longestEdgeLimit: number) => Sides;

/** Side of the squares that YOLOS cuts a picture into. */
const YOLOS_PATCH = 16;

const SCALINGS: Readonly<Record<ShortestEdgeRounding, Scaling>> = {
  torchvision(short, long, shortestEdge, longestEdgeLimit) {
    const scaledLong = Math.trunc((shortestEdge * long) / short);
    if (scaledLong <= longestEdgeLimit) return [shortestEdge, scaledLong];
    return [Math.trunc((longestEdgeLimit * shortestEdge) / scaledLong), longestEdgeLimit];
  },
  transformers: scaleAsTransformers,
  yolos(...request) {
    const [short, long] = scaleAsTransformers(...request);
    return [toWholePatches(short), toWholePatches(long)];
  },
  detectron2(short, long, shortestEdge, longestEdgeLimit) {
    const scaledLong = (shortestEdge / short) * long;
    const scale = scaledLong > longestEdgeLimit ? longestEdgeLimit / scaledLong : 1;
    return [Math.floor(shortestEdge * scale + 0.5), Math.floor(scaledLong * scale + 0.5)];
  },
};

function scaleAsTransformers(
  short: number,
  long: number,
  shortestEdge: number,
  longestEdgeLimit: number,
): Sides {
  const isLimited = (long / short) * shortestEdge > longestEdgeLimit;
  const scaledShort = isLimited ? (longestEdgeLimit * short) / long : shortestEdge;
  const resizedShort = roundHalfToEven(scaledShort);
  return resizedShort === short ? [short, long] : [resizedShort, Math.trunc((scaledShort * long) / short)];
}

function toWholePatches(side: number): number {
  return Math.max(side - (side % YOLOS_PATCH), YOLOS_PATCH);
}

/**
 * The sides of a picture scaled so that its shorter one has a given length, or its longer one that of the limit where
 * it would be longer. In pixels, 1 at least.
 */
export function sidesByShortestEdge(
  short: number,
  long: number,
  shortestEdge: number,
  longestEdgeLimit: number,
  rounding: ShortestEdgeRounding,
): Sides {
  const [resizedShort, resizedLong] = SCALINGS[rounding](short, long, shortestEdge, longestEdgeLimit);
  return [Math.max(resizedShort, 1), resizedLong];
}
