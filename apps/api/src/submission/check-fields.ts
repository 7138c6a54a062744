import { DarkroomError, type FieldError, nearestName } from '@darkroom/contracts';
import type { Static, TObject, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describeExpectation } from './describe-expectation.js';
import { isNestedTooDeep } from './is-nested-too-deep.js';

const VALUE_SHOWN_LENGTH = 60;
const ERRORS_SHOWN = 3;
/** No field needs more; and what is nested without end would overflow the stack of whoever looks into it. */
const LEVELS_MAX = 16;

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
  const names = [...Object.keys(schema.properties), ...known];
  const unknown: FieldError[] = [];
  const invalid: FieldError[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(schema.properties, name)) unknown.push(unknownField([...path, name], names));
    else invalid.push(...invalidField([...path, name], schema.properties[name]!, value));
  }
  if (unknown.length > 0) {
    const detail = `${sentence([...unknown, ...invalid])} ${listOf(names)}`;
    throw new DarkroomError('unknown_field', detail, { fields: [...unknown, ...invalid] });
  }
  if (invalid.length > 0) throw new DarkroomError('invalid_field', sentence(invalid), { fields: invalid });
  return fields as Static<Schema>;
}

/** A pointer's segment, escaped after RFC 6901. */
export function pointerTo(...path: readonly (string | number)[]): string {
  return `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
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

function invalidField(path: readonly string[], schema: TSchema, value: unknown): FieldError[] {
  const name = path.join('/');
  if (isNestedTooDeep(value, LEVELS_MAX)) {
    const detail = `"${name}" may be nested ${LEVELS_MAX} levels deep; what came is deeper.`;
    return [{ pointer: pointerTo(...path), detail }];
  }
  if (Value.Check(schema, value)) return [];
  const byPointer = new Map<string, FieldError>();
  for (const error of Value.Errors(schema, value)) {
    const pointer = `${pointerTo(...path)}${error.instancePath}`;
    if (byPointer.has(pointer)) continue;
    const got = show(valueAt(value, error.instancePath));
    const expected = describeExpectation(error, error.instancePath === '' ? schema : null);
    byPointer.set(pointer, { pointer, detail: `"${name}${error.instancePath}" ${expected}, got ${got}.` });
  }
  return [...byPointer.values()];
}

function valueAt(value: unknown, instancePath: string): unknown {
  return instancePath
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

function sentence(errors: readonly FieldError[]): string {
  const shown = errors.slice(0, ERRORS_SHOWN).map((error) => error.detail);
  const more = errors.length > shown.length ? [`${errors.length - shown.length} more in \`errors\`.`] : [];
  return [...shown, ...more].join(' ');
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  return shorten(JSON.stringify(value) ?? 'nothing');
}

function shorten(text: string): string {
  return text.length > VALUE_SHOWN_LENGTH ? `${text.slice(0, VALUE_SHOWN_LENGTH)}…` : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
