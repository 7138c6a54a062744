import type { Preparation } from '@darkroom/contracts';
import type { PreparationHints } from './preparation-hints.js';
import { isJsonObject, type JsonObject } from './read-json-object.js';

const LONGEST_SIDE = 16384;
const LARGEST_MULTIPLE = 1024;
/** PIL's numbers of its filters: those that there is a resampler for, and the names of the others. */
const RESAMPLERS: Readonly<Record<number, Preparation['resampler']>> = {
  1: 'pil-lanczos',
  2: 'pil-bilinear',
  3: 'pil-bicubic',
};
const OTHER_FILTERS: Readonly<Record<number, string>> = { 0: 'nearest', 4: 'box', 5: 'Hamming' };
const BILINEAR = 2;
const DEFAULT_RESCALE_FACTOR = 1 / 255;

/**
 * The preparation that a `preprocessor_config.json` of transformers describes, with that library's own defaults for
 * what is left out where something depends on it.
 * @returns the fields it tells, and a note on each that Darkroom does otherwise
 */
export function preprocessorPreparation(config: JsonObject): {
  readonly hints: PreparationHints;
  readonly notes: readonly string[];
} {
  const notes: string[] = [];
  const hints: PreparationHints = {
    ...sizes(config, notes),
    ...resampler(config, notes),
    ...values(config),
  };
  if (config.do_center_crop === true) {
    notes.push(
      'The preprocessor cuts out the middle of pictures; here the whole picture goes in, so that results cover it.',
    );
  }
  return { hints, notes };
}

function sizes(config: JsonObject, notes: string[]): PreparationHints {
  if (config.do_resize === false) return {};
  const { size } = config;
  const multiple = sideOf(config.size_divisor ?? config.size_divisibility, LARGEST_MULTIPLE);
  const padded = multiple === null ? {} : { multiple_of: multiple };
  if (isJsonObject(size)) {
    const width = sideOf(size.width);
    const height = sideOf(size.height);
    if (width !== null && height !== null) return { resize: 'stretch', width, height };
    const shortest = sideOf(size.shortest_edge);
    if (shortest !== null) return { ...shortestEdge(shortest, sideOf(size.longest_edge)), ...padded };
    const square = paddedSquare(size, config);
    if (square !== null) return square;
  }
  const side = sideOf(size);
  const longest = sideOf(config.max_size);
  // A number alone is a square, beside `max_size` the shorter side.
  if (side !== null && longest !== null) return { ...shortestEdge(side, longest), ...padded };
  if (side !== null) return { resize: 'stretch', width: side, height: side };
  if (size !== undefined)
    notes.push('The preprocessor’s size is of a kind that is not known; it is left out.');
  return {};
}

/** Of SAM: the longer side becomes as long as the input, and the rest is filled up right and below. */
function paddedSquare({ longest_edge }: JsonObject, { pad_size }: JsonObject): PreparationHints | null {
  const side = sideOf(longest_edge);
  const { width, height } = isJsonObject(pad_size) ? pad_size : {};
  if (side === null || width !== side || height !== side) return null;
  const letterbox = { letterbox_anchor: 'top-left', letterbox_rounding: 'round-half-up' } as const;
  return { resize: 'letterbox', width: side, height: side, ...letterbox };
}

function shortestEdge(shortest: number, longest: number | null): PreparationHints {
  return {
    resize: 'shortest-edge',
    shortest_edge: shortest,
    ...(longest !== null && longest >= shortest && { longest_edge: longest }),
  };
}

function resampler({ resample = BILINEAR }: JsonObject, notes: string[]): PreparationHints {
  const known = RESAMPLERS[Number(resample)];
  if (known !== undefined) return { resampler: known };
  const filter = OTHER_FILTERS[Number(resample)] ?? JSON.stringify(resample);
  notes.push(
    `The preprocessor resizes with PIL’s ${filter} filter, which there is no resampler for; pil-bilinear stands in its place.`,
  );
  return { resampler: 'pil-bilinear' };
}

function values(config: JsonObject): PreparationHints {
  const factor =
    typeof config.rescale_factor === 'number' && config.rescale_factor > 0
      ? config.rescale_factor
      : DEFAULT_RESCALE_FACTOR;
  const scale = config.do_rescale === false ? 1 : factor;
  const isNormalized = config.do_normalize !== false;
  const mean = isNormalized ? perChannel(config.image_mean) : null;
  const std = isNormalized ? perChannel(config.image_std) : null;
  return {
    scale,
    ...(config.do_normalize === false && { mean: [0, 0, 0], std: [1, 1, 1] }),
    ...(mean && { mean }),
    ...(std && !std.includes(0) && { std }),
  };
}

function perChannel(value: unknown): number[] | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  return value.every((number) => typeof number === 'number' && Number.isFinite(number)) ? value : null;
}

function sideOf(value: unknown, most = LONGEST_SIDE): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most ? value : null;
}
