import { DarkroomError, type FieldError } from '@darkroom/contracts';
import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';
import { isNestedTooDeep } from './is-nested-too-deep.js';
import { nearestName } from './nearest-name.js';

const VALUE_SHOWN_LENGTH = 60;
const LEVELS_SHOWN = 8;

/**
 * Checks fields against their schema.
 * @param known names that are known besides the schema's, for the sake of "did you mean"
 * @throws DarkroomError `unknown_field` or `invalid_field` with an entry for each bad field
 */
export function checkFields<Schema extends TObject>(
  schema: Schema,
  fields: unknown,
  known: readonly string[] = [],
): Static<Schema> {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new DarkroomError(
      'invalid_field',
      `The body must be a JSON object with the fields of the request, got ${kindOf(fields)}.`,
      { fields: [{ pointer: '#', detail: 'Send an object.' }] },
    );
  }
  const names = [...Object.keys(schema.properties), ...known];
  const unknown = Object.keys(fields)
    .filter((name) => !Object.hasOwn(schema.properties, name))
    .map((name) => unknownField(name, names));
  const invalid = Object.entries(fields).flatMap(([name, value]) => {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property === undefined || Value.Check(property, value)) return [];
    return describeErrors(name, [...Value.Errors(property, value)], value);
  });
  if (unknown.length > 0) {
    throw new DarkroomError('unknown_field', sentence([...unknown, ...invalid]), {
      fields: [...unknown, ...invalid],
    });
  }
  if (invalid.length > 0) throw new DarkroomError('invalid_field', sentence(invalid), { fields: invalid });
  return fields as Static<Schema>;
}

/** A pointer's segment, escaped after RFC 6901. */
export function pointerTo(...path: readonly (string | number)[]): string {
  return `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

function unknownField(name: string, known: readonly string[]): FieldError {
  const nearest = nearestName(name, known);
  const shown = shorten(name);
  const hint = nearest ? `Did you mean "${nearest}"?` : `Known fields are ${known.join(', ')}.`;
  return { pointer: pointerTo(shown), detail: `There is no field "${shown}". ${hint}` };
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

function describeErrors(name: string, errors: readonly SchemaError[], value: unknown): FieldError[] {
  const byPointer = new Map<string, FieldError>();
  for (const error of errors) {
    const pointer = `${pointerTo(name)}${error.instancePath}`;
    if (byPointer.has(pointer)) continue;
    const got = show(valueAt(value, error.instancePath));
    byPointer.set(pointer, {
      pointer,
      detail: `${name}${error.instancePath} ${expectation(error)}, got ${got}.`,
    });
  }
  return [...byPointer.values()];
}

function expectation({ keyword, message, params }: SchemaError): string {
  if (keyword === 'enum' && 'allowedValues' in params) {
    return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
  }
  return message;
}

function valueAt(value: unknown, instancePath: string): unknown {
  return instancePath
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

function sentence(errors: readonly FieldError[]): string {
  const shown = errors.slice(0, 3).map((error) => error.detail);
  const more = errors.length > shown.length ? [`${errors.length - shown.length} more in \`errors\`.`] : [];
  return [...shown, ...more].join(' ');
}

function show(value: unknown): string {
  // Writing out what is nested without end would overflow the stack.
  if (isNestedTooDeep(value, LEVELS_SHOWN)) return `${kindOf(value)} of many levels`;
  return shorten(JSON.stringify(value) ?? 'nothing');
}

function shorten(text: string): string {
  return text.length > VALUE_SHOWN_LENGTH ? `${text.slice(0, VALUE_SHOWN_LENGTH)}…` : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
