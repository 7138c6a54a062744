import {
  DarkroomError,
  type FieldError,
  PROMPT_POINTS_IN_ALL_MAX,
  type PromptFields,
} from '@darkroom/contracts';
import { pointerTo, sentenceOf } from './check-fields.js';

/** A fault more or less tells nobody anything new. */
const ERRORS_TOLD = 20;

/** What is wrong with one of the prompts: with the whole, or with what lies at a path in it. */
export interface PromptFault {
  readonly path: readonly (string | number)[];
  /** A phrase that follows its name. */
  readonly says: string;
}

/**
 * Checks what no schema says of prompts, whatever the picture: that each asks for something, that boxes are not inside
 * out, and that there are not too many points in all.
 * @param field where they stand in the request
 * @throws DarkroomError `invalid_field`
 */
export function checkPrompts(prompts: readonly PromptFields[], field = 'prompts'): void {
  const pointsInAll = prompts.reduce((sum, { points = [] }) => sum + points.length, 0);
  if (pointsInAll > PROMPT_POINTS_IN_ALL_MAX) {
    const detail = `All "${field}" together may have ${PROMPT_POINTS_IN_ALL_MAX} points, ${pointsInAll} came. Send several jobs, with "image": {"job": "<id>"}.`;
    throw new DarkroomError('invalid_field', detail, { fields: [{ pointer: pointerTo(field), detail }] });
  }
  refusePromptFaults(prompts, field, faultsOf);
}

/** @throws DarkroomError `invalid_field` with all faults */
export function refusePromptFaults(
  prompts: readonly PromptFields[],
  field: string,
  faultsOf: (prompt: PromptFields) => readonly PromptFault[],
): void {
  const errors = prompts.flatMap((prompt, index) =>
    faultsOf(prompt).map(({ path, says }): FieldError => {
      const place = [field, index, ...path];
      return { pointer: pointerTo(...place), detail: `"${place.join('/')}" ${says}` };
    }),
  );
  if (errors.length === 0) return;
  throw new DarkroomError('invalid_field', sentenceOf(errors), { fields: errors.slice(0, ERRORS_TOLD) });
}

function faultsOf({ points, box, mask }: PromptFields): PromptFault[] {
  if (points === undefined && box === undefined && mask === undefined) {
    return [{ path: [], says: 'needs points, a box or an earlier mask.' }];
  }
  if (box === undefined) return [];
  const [x0, y0, x1, y1] = box as [number, number, number, number];
  if (x0 < x1 && y0 < y1) return [];
  const says = `must be [x0, y0, x1, y1] with x0 < x1 and y0 < y1, got ${JSON.stringify(box)}.`;
  return [{ path: ['box'], says }];
}
