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

/** What of a picture is cut out around its middle, in pixels after resizing. */
export interface CenterCrop {
  readonly width: number;
  readonly height: number;
}

export interface PreprocessorPreparation {
  /** The fields it tells. */
  readonly hints: PreparationHints;
  /** Whether that is done here, the family says. */
  readonly centerCrop: CenterCrop | null;
  /** On each field that Darkroom does otherwise. */
  readonly notes: readonly string[];
}

/**
 * The preparation that a `preprocessor_config.json` of transformers describes, with that library's own defaults for
 * what is left out where something depends on it.
 */
export function preprocessorPreparation(config: JsonObject): PreprocessorPreparation {
  const notes: string[] = [];
  const hints: PreparationHints = {
    ...sizes(config, notes),
    ...resampler(config, notes),
    ...values(config),
  };
  return { hints, centerCrop: centerCropOf(config), notes };
}

function centerCropOf({ do_center_crop, crop_size: size }: JsonObject): CenterCrop | null {
  if (do_center_crop !== true) return null;
  const [width, height] = isJsonObject(size) ? [size.width, size.height] : [size, size];
  const crop = { width: sideOf(width), height: sideOf(height) };
  return crop.width === null || crop.height === null ? null : { width: crop.width, height: crop.height };
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
  if (side !== null && isClip(config)) return shortestEdge(side, null);
  if (side !== null) return { resize: 'stretch', width: side, height: side };
  if (size !== undefined)
    notes.push('The preprocessor’s size is of a kind that is not known; it is left out.');
  return {};
}

/** Older ones of CLIP have a number alone, which is the shorter side with them. */
function isClip({ image_processor_type: type, feature_extractor_type: olderType }: JsonObject): boolean {
  return /CLIP/.test(String(type ?? olderType));
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
