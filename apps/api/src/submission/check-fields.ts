import { DarkroomError, type FieldError, nearestName } from '@darkroom/contracts';
import type { Static, TObject, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { describeExpectation, describeSchema, type SchemaError } from './describe-expectation.js';
import { findTooManyEntries, type TooManyEntries } from './find-too-many-entries.js';
import { isNestedTooDeep, LEVELS_MAX } from './is-nested-too-deep.js';
import { meantAlternative } from './meant-alternative.js';

const VALUE_SHOWN_LENGTH = 60;
const ERRORS_SHOWN = 3;
/** Of the unknown names in a request. */
const UNKNOWN_SHOWN = 1000;
/** Of those in one object within it. */
const UNKNOWN_WITHIN_SHOWN = 20;

/**
 * Checks fields against their schema.
 * @param about `known`: names that are known besides the schema's, for the sake of "did you mean"; `within`: the
 *   field that has these as its own
 * @throws DarkroomError `unknown_field` or `invalid_field` with an entry for each bad field
 */
export function checkFields<Schema extends TObject>(
  schema: Schema,
  fields: unknown,
  { known = [], within }: { readonly known?: readonly string[]; readonly within?: string } = {},
): Static<Schema> {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new DarkroomError(
      'invalid_field',
      `The body must be a JSON object with the fields of the request, got ${kindOf(fields)}.`,
      { fields: [{ pointer: '#', detail: 'Send an object.' }] },
    );
  }
  const path = within === undefined ? [] : [within];
  const unknownShown = within === undefined ? UNKNOWN_SHOWN : UNKNOWN_WITHIN_SHOWN;
  const names = [...Object.keys(schema.properties), ...known];
  const unknown: FieldError[] = [];
  let unknownWithin = 0;
  const invalid: FieldError[] = missingFields(schema, fields, path);
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(schema.properties, name)) {
      if (unknown.length < unknownShown) unknown.push(unknownField([...path, name], names));
    } else {
      const faults = faultsOf([...path, name], meantAlternative(schema.properties[name]!, value), value);
      unknown.push(...faults.unknown);
      unknownWithin += faults.unknown.length;
      invalid.push(...faults.invalid);
    }
  }
  if (unknown.length > 0) {
    const told = sentenceOf([...unknown, ...invalid]);
    const detail = unknown.length > unknownWithin ? `${told} ${listOf(names)}` : told;
    throw new DarkroomError('unknown_field', detail, { fields: [...unknown, ...invalid] });
  }
  if (invalid.length > 0) throw new DarkroomError('invalid_field', sentenceOf(invalid), { fields: invalid });
  return fields as Static<Schema>;
}

/** A pointer's segment, escaped after RFC 6901. */
export function pointerTo(...path: readonly (string | number)[]): string {
  return `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

function missingFields(schema: TObject, fields: object, path: readonly string[]): FieldError[] {
  const names = (schema.required ?? []).filter((name) => !Object.hasOwn(fields, name));
  return names.map((name) => {
    const takes = describeSchema(schema.properties[name]!);
    const detail = `"${[...path, name].join('/')}" is missing${takes ? `; it takes ${takes}` : ''}.`;
    return { pointer: pointerTo(...path, name), detail };
  });
}

function unknownField(path: readonly string[], known: readonly string[]): FieldError {
  const nearest = nearestName(path.at(-1)!, known);
  const shown = path.map(shorten);
  const hint = nearest === null ? '' : ` Did you mean "${nearest}"?`;
  return { pointer: pointerTo(...shown), detail: `There is no field "${shown.join('/')}".${hint}` };
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'No field can stand here.' : `Known fields are ${names.join(', ')}.`;
}

/** A hundred times faster than checking by the schema itself, which a thousand prompts are worth. */
const validators = new WeakMap<TSchema, Validator>();

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema);
  if (known) return known;
  const validator = Compile(schema);
  validators.set(schema, validator);
  return validator;
}

interface Faults {
  readonly unknown: FieldError[];
  readonly invalid: FieldError[];
}

/** What is wrong with a field, and with what lies in it. */
function faultsOf(path: readonly string[], schema: TSchema, value: unknown): Faults {
  const name = path.join('/');
  const faults: Faults = { unknown: [], invalid: [] };
  const tooMany = findTooManyEntries(schema, value, path);
  if (tooMany !== null) return { ...faults, invalid: [describeTooMany(tooMany)] };
  if (isNestedTooDeep(value, LEVELS_MAX)) {
    const detail = `"${name}" may be nested ${LEVELS_MAX} levels deep; what came is deeper.`;
    return { ...faults, invalid: [{ pointer: pointerTo(...path), detail }] };
  }
  const validator = validatorOf(schema);
  if (validator.Check(value)) return faults;
  const told = new Set<string>();
  for (const error of validator.Errors(value)) {
    const { instancePath } = error;
    // Comes for each unknown name once more, beside the error of the object that has it.
    if (error.keyword === 'boolean') continue;
    const within = [...path, ...segmentsOf(instancePath)];
    const inner = schemaAt(schema, instancePath);
    const unknownNames = inner && unknownNamesOf(inner, error);
    if (unknownNames) {
      const known = Object.keys((inner as TObject).properties);
      for (const unknown of unknownNames.slice(0, UNKNOWN_WITHIN_SHOWN)) {
        const { pointer, detail } = unknownField([...within, unknown], known);
        faults.unknown.push({ pointer, detail: `${detail} ${listOf(known)}` });
      }
      continue;
    }
    if (told.has(instancePath)) continue;
    told.add(instancePath);
    const expected = describeExpectation(error, inner);
    const detail = `"${name}${instancePath}" ${expected}, got ${shownFor(error, valueAt(value, instancePath))}.`;
    faults.invalid.push({ pointer: `${pointerTo(...path)}${instancePath}`, detail });
  }
  return faults;
}

function describeTooMany({ path, max, length }: TooManyEntries): FieldError {
  const detail = `"${path.join('/')}" may have ${max} entries, got ${length}.`;
  return { pointer: pointerTo(...path), detail };
}

/** The names that an object may not have, where that is what is wrong. */
function unknownNamesOf(schema: TSchema, { keyword, params }: SchemaError): readonly string[] | null {
  if (keyword !== 'additionalProperties' || !('properties' in schema)) return null;
  return (params as { additionalProperties?: readonly string[] }).additionalProperties ?? null;
}

function valueAt(value: unknown, instancePath: string): unknown {
  return segmentsOf(instancePath).reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
    value,
  );
}

/** The schema of what lies at a path; null where the path leads through a choice of several. */
function schemaAt(schema: TSchema, instancePath: string): TSchema | null {
  return segmentsOf(instancePath).reduce<TSchema | null>((outer, key) => {
    const { properties = {}, items } = (outer ?? {}) as {
      properties?: Record<string, TSchema>;
      items?: TSchema;
    };
    return (Object.hasOwn(properties, key) ? properties[key] : items) ?? null;
  }, schema);
}

function segmentsOf(instancePath: string): string[] {
  return instancePath.split('/').slice(1);
}

/** What is wrong with fields, in a few sentences. */
export function sentenceOf(errors: readonly FieldError[]): string {
  const shown = errors.slice(0, ERRORS_SHOWN).map((error) => error.detail);
  const more = errors.length > shown.length ? [`${errors.length - shown.length} more in \`errors\`.`] : [];
  return [...shown, ...more].join(' ');
}

/** Of a text that is too long its length says more than its beginning. */
function shownFor({ keyword }: SchemaError, value: unknown): string {
  return keyword === 'maxLength' && typeof value === 'string' ? `${value.length} characters` : show(value);
}

export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  // JSON knows no infinities, but what is too large a number in it becomes one.
  if (typeof value === 'number') return String(value);
  return shorten(JSON.stringify(value) ?? 'nothing');
}

function shorten(text: string): string {
  return text.length > VALUE_SHOWN_LENGTH ? `${text.slice(0, VALUE_SHOWN_LENGTH)}…` : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
