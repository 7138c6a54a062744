import { clip } from './clip/family.js';
import { detr } from './detr/family.js';
import type { Family } from './family.js';
import { rcnn } from './rcnn/family.js';
import { sam } from './sam/family.js';
import { semanticSegmentation } from './semantic-segmentation/family.js';
import { stableDiffusion } from './stable-diffusion/family.js';
import { yolo } from './yolo/family.js';

/** Every architecture Darkroom has code for. A new one is a folder and a line here. */
export const FAMILIES: readonly Family[] = [
  semanticSegmentation,
  sam,
  yolo,
  rcnn,
  detr,
  stableDiffusion,
  clip,
];

/** The family that a manifest names, or `null`. */
export function familyNamed(name: string, families: readonly Family[] = FAMILIES): Family | null {
  return families.find((family) => family.name === name) ?? null;
}
