import { DarkroomError, type ModelSummary } from '@darkroom/contracts';
import type { TSchema } from 'typebox';
import { Check } from 'typebox/schema';
import { pointerTo, show } from './check-fields.js';
import { describeSchema } from './describe-expectation.js';
import { meantAlternative } from './meant-alternative.js';

/** Options as a worker sent their schema: plain JSON Schema. */
interface OptionsSchema {
  readonly properties: Readonly<Record<string, OptionSchema>>;
}

interface OptionSchema extends Partial<OptionsSchema> {
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
}

/**
 * The options of a job as they will be used: what the request says, and the model's defaults for the rest.
 * @throws DarkroomError `option_not_supported` for an option that the model has no use for, or takes other values of
 */
export function fillOptions<Options>(model: ModelSummary, asked: Record<string, unknown>): Options {
  const schema = model.options as OptionsSchema;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const fields = Object.entries(given).flatMap(([name, value]) => {
    const property = schema.properties[name];
    if (property && Check(property, value)) return [];
    const what = property ? describeMismatch(name, value, property) : `has no use for "${name}"`;
    const detail = `The model "${model.id}" ${what}; GET /v1/models/${model.id} shows its options.`;
    return [{ pointer: pointerTo(name), detail }];
  });
  if (fields.length > 0) {
    throw new DarkroomError('option_not_supported', fields.map(({ detail }) => detail).join(' '), { fields });
  }
  return withDefaults(schema, given) as Options;
}

/** Follows the model's name: `takes a multiple of 8 from 64 to 1024 as "width", 65 came, nearest are 64 and 72`. */
function describeMismatch(name: string, value: unknown, property: OptionSchema): string {
  const expected = describeSchema(meantAlternative(property as TSchema, value));
  if (expected === null) return `takes another value of "${name}"`;
  const nearest = typeof value === 'number' ? nearestOf(value, property) : [];
  const hint =
    nearest.length === 0 ? '' : `, nearest ${nearest.length > 1 ? 'are' : 'is'} ${nearest.join(' and ')}`;
  return `takes ${expected} as "${name}", ${show(value)} came${hint}`;
}

/** The values that an option of numbers can have, next to one that it can't. */
function nearestOf(value: number, { minimum, maximum, multipleOf }: OptionSchema): number[] {
  const clamped = Math.min(Math.max(value, minimum ?? value), maximum ?? value);
  if (multipleOf === undefined) return clamped === value ? [] : [clamped];
  const multiples = [Math.floor(clamped / multipleOf), Math.ceil(clamped / multipleOf)].map(
    (n) => n * multipleOf,
  );
  const isAllowed = (multiple: number) =>
    multiple >= (minimum ?? multiple) && multiple <= (maximum ?? multiple);
  return [...new Set(multiples.filter(isAllowed))];
}

/** An option that has options of its own gets their defaults too, also where the request says nothing of it. */
function withDefaults({ properties }: OptionsSchema, given: Record<string, unknown>) {
  const filled = { ...given };
  for (const [name, { default: value, properties: inner }] of Object.entries(properties)) {
    if (inner) {
      filled[name] = withDefaults({ properties: inner }, (given[name] ?? {}) as Record<string, unknown>);
    } else if (given[name] === undefined && value !== undefined) filled[name] = value;
  }
  return filled;
}
