import type { Preparation } from '@darkroom/contracts';
import { PREPARATION_FIELD_MODES } from '../check-preparation.js';
import { ImportError } from './import-error.js';
import type { PictureInput } from './picture-input.js';
import type { PreparationHints } from './preparation-hints.js';
import type { CenterCrop } from './preprocessor-preparation.js';

/** Who says something of a preparation; each wins over those before it. */
export interface PreparationSources {
  /** What such models are trained with, as their family says. */
  readonly family: PreparationHints;
  /** What the files of this model say. */
  readonly files: PreparationHints;
  /** The graph: its layout, and its size where that is fixed. */
  readonly input: PictureInput;
  /** What the user says. */
  readonly user: PreparationHints;
  /** What the files cut out of pictures; `null`: nothing. */
  readonly centerCrop: CenterCrop | null;
  /** Whether the family does so, too: then width and height with `shortest-edge` are what is cut out. */
  readonly isCropped: boolean;
}

/** Fields that say where the picture lies on the input. They belong together: another mode makes them senseless. */
const GEOMETRY = Object.keys(PREPARATION_FIELD_MODES) as (keyof Preparation)[];
const KEPT_IN_ANY_MODE: readonly (keyof Preparation)[] = ['width', 'height', 'resampler'];

/**
 * Puts a preparation together that says everything, so that its reader sees what there is to change. What nobody says is
 * as torchvision has it: pixels times 1/255, without mean and std, PIL's bilinear filter.
 * @throws ImportError when a size is missing
 */
export function assemblePreparation(sources: PreparationSources): {
  readonly preparation: Preparation;
  readonly notes: readonly string[];
} {
  const { family, files, input, user, centerCrop, isCropped } = sources;
  const notes: string[] = [];
  let hints = layOver(family, files);
  if (centerCrop && isCropped && hints.resize === 'shortest-edge') hints = { ...hints, ...centerCrop };
  else if (centerCrop && !isUncut(hints, centerCrop)) notes.push(UNCUT_NOTE);
  hints = layOver(hints, ofGraph(input));
  const isFixed = input.width !== null && input.height !== null;
  if (isFixed && hints.resize === 'shortest-edge' && !isCropped) {
    notes.push(
      `The graph takes ${input.width} × ${input.height} pixels and nothing else, so pictures are stretched to that.`,
    );
    hints = layOver(hints, { resize: 'stretch' });
  }
  return { preparation: complete(layOver(hints, user), isCropped), notes };
}

const UNCUT_NOTE =
  'The preprocessor cuts out the middle of pictures; here the whole picture goes in, so that results cover it.';

/** Whether nothing is left to cut off after resizing. */
function isUncut({ resize, width, height }: PreparationHints, crop: CenterCrop): boolean {
  return resize === 'stretch' && width === crop.width && height === crop.height;
}

function ofGraph({ layout, width, height }: PictureInput): PreparationHints {
  return {
    ...(layout !== null && { layout }),
    ...(width !== null && { width }),
    ...(height !== null && { height }),
  };
}

function layOver(below: PreparationHints, above: PreparationHints): PreparationHints {
  const changesMode =
    above.resize !== undefined && below.resize !== undefined && above.resize !== below.resize;
  if (!changesMode) return { ...below, ...above };
  const kept = Object.entries(below).filter(
    ([field]) =>
      !GEOMETRY.includes(field as keyof Preparation) || KEPT_IN_ANY_MODE.includes(field as keyof Preparation),
  );
  return { ...Object.fromEntries(kept), ...above };
}

function complete(hints: PreparationHints, isCropped: boolean): Preparation {
  const { resize = 'stretch', layout = 'nchw', channel_order = 'rgb', scale = 1 / 255, ...rest } = hints;
  const { mean = [0, 0, 0], std = [1, 1, 1], resampler = 'pil-bilinear', ...geometry } = rest;
  const isUsed = (field: string) => {
    const modes: readonly string[] | undefined = PREPARATION_FIELD_MODES[field as keyof Preparation];
    return modes === undefined || modes.includes(resize);
  };
  const used = Object.fromEntries(Object.entries(geometry).filter(([field]) => isUsed(field)));
  if (resize === 'shortest-edge' && !isCropped) {
    // A part of the picture would be cut off.
    delete used.width;
    delete used.height;
  }
  requireSizes(resize, used);
  return {
    resize,
    ...used,
    ...(isUsed('resampler') && { resampler }),
    scale,
    mean,
    std,
    channel_order,
    layout,
  };
}

function requireSizes(
  resize: Preparation['resize'],
  { width, height, shortest_edge }: PreparationHints,
): void {
  const needsSize = resize === 'stretch' || resize === 'letterbox';
  if (needsSize && (width === undefined || height === undefined)) {
    throw new ImportError(
      'the graph takes pictures of any size, and nothing says which it was trained with: give --width and --height in pixels',
    );
  }
  if (resize === 'shortest-edge' && shortest_edge === undefined) {
    throw new ImportError(
      'resize shortest-edge needs the length of the shorter side: give --shortest-edge in pixels',
    );
  }
}
