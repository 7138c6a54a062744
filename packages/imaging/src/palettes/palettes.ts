import { ADE20K_COLORS } from './ade20k.js';
import { CITYSCAPES_COLORS } from './cityscapes.js';
import { COCO_COLORS } from './coco.js';
import type { Color } from './color.js';
import { distinctColor } from './distinct-color.js';
import { PASCAL_VOC_COLORS } from './pascal-voc.js';

/** The published palettes a model may name. */
export const PALETTE_NAMES = ['pascal-voc', 'ade20k', 'cityscapes', 'coco'] as const;

export type PaletteName = (typeof PALETTE_NAMES)[number];

const PALETTES: Readonly<Record<PaletteName, readonly Color[]>> = {
  'pascal-voc': PASCAL_VOC_COLORS,
  ade20k: ADE20K_COLORS,
  cityscapes: CITYSCAPES_COLORS,
  coco: COCO_COLORS,
};

/** A class's colour in a palette; beyond its end, one of {@link distinctColor}. */
export function paletteColor(name: PaletteName, classId: number): Color {
  return PALETTES[name][classId] ?? distinctColor(classId);
}
