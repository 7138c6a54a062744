import { OriginalError } from '../error-shape.js';

/** One field that FastAPI refuses, as it says so. */
export interface FieldRefusal {
  readonly type: string;
  readonly loc: readonly string[];
  readonly msg: string;
  readonly input: string | null;
}

export function missingField(name: string): FieldRefusal {
  return { type: 'missing', loc: ['body', name], msg: 'Field required', input: null };
}

/** FastAPI's answer to a form that lacks fields, or has others than it takes, as it is from 0.100 on. */
export function validationError(refusals: readonly FieldRefusal[]): OriginalError {
  return new OriginalError(422, { detail: refusals });
}
