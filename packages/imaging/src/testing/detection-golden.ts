import { readFileSync } from 'node:fs';
import { decodeNpy } from '@darkroom/tensor';
import sharp from 'sharp';
import type { Rle } from '../masks/rle.js';
import type { Box } from '../placement.js';

const GOLDEN = new URL('../../golden/', import.meta.url);

interface MaskFacts extends Rle {
  readonly area: number;
  readonly box: Box | null;
}

interface SuppressionCase {
  readonly name: string;
  readonly iou_threshold: number;
  readonly kept: readonly number[];
  readonly kept_by_class: readonly number[];
}

/** What the original libraries made: see `golden/README.md`. */
export const { masks, suppressions } = JSON.parse(
  readFileSync(new URL('detection-cases.json', GOLDEN), 'utf8'),
) as {
  readonly masks: readonly (MaskFacts & { readonly name: string })[];
  readonly suppressions: readonly SuppressionCase[];
};

export interface WholeMask {
  /** 0 or 1, row by row. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export async function readGoldenMask(name: string): Promise<WholeMask> {
  return maskFromPng(readFileSync(new URL(`mask-${name}.png`, GOLDEN)));
}

export async function maskFromPng(png: Buffer): Promise<WholeMask> {
  const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  return { data: Uint8Array.from(data, (grey) => grey / 255), width: info.width, height: info.height };
}

export function readCandidates(name: string) {
  const { data } = decodeNpy(readFileSync(new URL(`nms-${name}.npy`, GOLDEN)));
  const boxes = data.filter((_, i) => i % 6 < 4) as Float32Array;
  const scores = data.filter((_, i) => i % 6 === 4) as Float32Array;
  const classIds = Int32Array.from(data.filter((_, i) => i % 6 === 5));
  return { boxes, scores, classIds };
}
