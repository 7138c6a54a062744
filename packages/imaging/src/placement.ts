import { roundHalfToEven } from './round-half-to-even.js';
import { type ShortestEdgeRounding, sidesByShortestEdge } from './sides-by-shortest-edge.js';

/** A box of `[x0, y0, x1, y1]` in pixels; `x1` and `y1` are edges, so the width is `x1 - x0`. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** A position in pixels from the top left corner; `[0.5, 0.5]` is the centre of the first pixel. */
export type Point = readonly [x: number, y: number];

/**
 * - `stretch`: to exactly the model's input, whatever that does to the proportions
 * - `letterbox`: as large as fits with its proportions, the rest padded
 * - `shortest-edge`: with its proportions, so that the shorter side has a given length
 * - `none`: as it is, for networks that resize by themselves
 */
export type ResizeMode = 'stretch' | 'letterbox' | 'shortest-edge' | 'none';

/** Where the resized picture lies in an input with room to spare (or, if it is larger, which part is seen). */
export type LetterboxAnchor = 'center' | 'top-left';

/**
 * How a letterboxed side becomes a whole number of pixels. A pixel more or less shifts what the network sees, so
 * each is as its original has it:
 * - `round`: `round(side * scale)`, halves to even (ultralytics)
 * - `round-half-up`: `int(side * scale + 0.5)` (segment-anything)
 * - `floor`: `side * input / other side` in whole numbers (Darknet)
 * - `truncate`: `int(side * scale)` (YOLOX); the scale's own rounding may cost a pixel: 415 where `floor` has 416
 */
export type LetterboxRounding = 'round' | 'round-half-up' | 'floor' | 'truncate';

/**
 * Where the middle of a picture is, of which an odd number of pixels is cut off: the half is rounded to even by
 * `torchvision` (`center_crop`; CLIP, open_clip), and down by `transformers` (`center_crop` of `image_transforms.py`).
 */
export type CropRounding = 'torchvision' | 'transformers';

/** How a picture is put on a model's input. All sizes in pixels. */
export interface Placement {
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly resizedWidth: number;
  readonly resizedHeight: number;
  /** Where the resized picture's left edge lies in the input; negative where its left is cut off. */
  readonly offsetX: number;
  /** Where the resized picture's top edge lies in the input; negative where its top is cut off. */
  readonly offsetY: number;
}

export interface PlacementRequest {
  readonly mode: ResizeMode;
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  /** The model's input in pixels; null where it takes any, which only `shortest-edge` and `none` can make use of. */
  readonly inputWidth: number | null;
  readonly inputHeight: number | null;
  /** `shortest-edge` only: the length of the shorter side. */
  readonly shortestEdge?: number;
  /** `shortest-edge` only: if the longer side came out longer than this, it gets this length instead. */
  readonly longestEdgeLimit?: number;
  /** `shortest-edge` only; `torchvision` when left out. */
  readonly shortestEdgeRounding?: ShortestEdgeRounding;
  /** `shortest-edge` only: a free input is padded, right and below, to a multiple of this. */
  readonly multipleOf?: number;
  /** `shortest-edge` only, where the input is fixed; `torchvision` when left out. */
  readonly cropRounding?: CropRounding;
  /** `center` when left out. */
  readonly letterboxAnchor?: LetterboxAnchor;
  /** `round` when left out. */
  readonly rounding?: LetterboxRounding;
}

/** @throws RangeError when a size that the mode needs is missing or not positive. */
export function placePicture(request: PlacementRequest): Placement {
  requirePositive('pictureWidth', request.pictureWidth);
  requirePositive('pictureHeight', request.pictureHeight);
  return PLACERS[request.mode](request);
}

const PLACERS: Readonly<Record<ResizeMode, (request: PlacementRequest) => Placement>> = {
  stretch: placeStretched,
  letterbox: placeLetterboxed,
  'shortest-edge': placeByShortestEdge,
  none: placeAsItIs,
};

function placeStretched(request: PlacementRequest): Placement {
  const [inputWidth, inputHeight] = fixedInput(request);
  return anchored(request, inputWidth, inputHeight, inputWidth, inputHeight);
}

function placeLetterboxed(request: PlacementRequest): Placement {
  const [inputWidth, inputHeight] = fixedInput(request);
  const { pictureWidth, pictureHeight } = request;
  const fit = LETTERBOX_FITS[request.rounding ?? 'round'];
  const [width, height] = fit(pictureWidth, pictureHeight, inputWidth, inputHeight);
  // A very long and thin picture would vanish, and rounding must not lead beyond the input.
  const resizedWidth = Math.min(Math.max(width, 1), inputWidth);
  const resizedHeight = Math.min(Math.max(height, 1), inputHeight);
  return anchored(request, inputWidth, inputHeight, resizedWidth, resizedHeight);
}

type Fit = (
  pictureWidth: number,
  pictureHeight: number,
  inputWidth: number,
  inputHeight: number,
) => [number, number];

const LETTERBOX_FITS: Readonly<Record<LetterboxRounding, Fit>> = {
  round: scaledBy(roundHalfToEven),
  'round-half-up': scaledBy((side) => Math.floor(side + 0.5)),
  truncate: scaledBy(Math.floor),
  floor: (pictureWidth, pictureHeight, inputWidth, inputHeight) =>
    inputWidth * pictureHeight < inputHeight * pictureWidth
      ? [inputWidth, Math.floor((pictureHeight * inputWidth) / pictureWidth)]
      : [Math.floor((pictureWidth * inputHeight) / pictureHeight), inputHeight],
};

function scaledBy(toWholePixels: (side: number) => number): Fit {
  return (pictureWidth, pictureHeight, inputWidth, inputHeight) => {
    const scale = Math.min(inputWidth / pictureWidth, inputHeight / pictureHeight);
    return [toWholePixels(pictureWidth * scale), toWholePixels(pictureHeight * scale)];
  };
}

/** A fixed input shows the middle of a picture that is larger, or its top left. */
function placeByShortestEdge(request: PlacementRequest): Placement {
  const { pictureWidth, pictureHeight, longestEdgeLimit, multipleOf = 1 } = request;
  const shortestEdge = requirePositive('shortestEdge', request.shortestEdge);
  if (longestEdgeLimit !== undefined && longestEdgeLimit < shortestEdge) {
    throw new RangeError(
      `expected longestEdgeLimit to be at least shortestEdge (${shortestEdge}), got ${longestEdgeLimit}`,
    );
  }
  const [resizedShort, resizedLong] = sidesByShortestEdge(
    Math.min(pictureWidth, pictureHeight),
    Math.max(pictureWidth, pictureHeight),
    shortestEdge,
    longestEdgeLimit ?? Number.POSITIVE_INFINITY,
    request.shortestEdgeRounding ?? 'torchvision',
  );
  const isUpright = pictureWidth <= pictureHeight;
  const resizedWidth = isUpright ? resizedShort : resizedLong;
  const resizedHeight = isUpright ? resizedLong : resizedShort;
  const inputWidth = request.inputWidth ?? Math.ceil(resizedWidth / multipleOf) * multipleOf;
  const inputHeight = request.inputHeight ?? Math.ceil(resizedHeight / multipleOf) * multipleOf;
  const placement = anchored(request, inputWidth, inputHeight, resizedWidth, resizedHeight);
  return {
    ...placement,
    offsetX: request.inputWidth === null ? 0 : placement.offsetX,
    offsetY: request.inputHeight === null ? 0 : placement.offsetY,
  };
}

function placeAsItIs(request: PlacementRequest): Placement {
  const { pictureWidth, pictureHeight } = request;
  return anchored(request, pictureWidth, pictureHeight, pictureWidth, pictureHeight);
}

function anchored(
  request: PlacementRequest,
  inputWidth: number,
  inputHeight: number,
  resizedWidth: number,
  resizedHeight: number,
): Placement {
  const { pictureWidth, pictureHeight, cropRounding = 'torchvision' } = request;
  const isCentered = (request.letterboxAnchor ?? 'center') === 'center';
  const offset = CENTERED_OFFSETS[cropRounding];
  return {
    pictureWidth,
    pictureHeight,
    inputWidth,
    inputHeight,
    resizedWidth,
    resizedHeight,
    offsetX: isCentered ? offset(inputWidth - resizedWidth) : 0,
    offsetY: isCentered ? offset(inputHeight - resizedHeight) : 0,
  };
}

/**
 * By the room in pixels that the input has more than the picture. Of odd padding the extra pixel is right and below, as
 * with ultralytics and Darknet; transformers has it left and above.
 */
const CENTERED_OFFSETS: Readonly<Record<CropRounding, (room: number) => number>> = {
  torchvision: (room) => (room >= 0 ? Math.floor(room / 2) : -roundHalfToEven(-room / 2)),
  // One pixel too much would give -0.
  transformers: (room) => Math.ceil(room / 2) + 0,
};

function fixedInput(request: PlacementRequest): [width: number, height: number] {
  return [
    requirePositive('inputWidth', request.inputWidth),
    requirePositive('inputHeight', request.inputHeight),
  ];
}

function requirePositive(name: string, value: number | null | undefined): number {
  if (value === null || value === undefined || !(value > 0)) {
    throw new RangeError(`expected ${name} to be a positive number of pixels, got ${value}`);
  }
  return value;
}
