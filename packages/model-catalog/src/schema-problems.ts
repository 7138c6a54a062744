import type { FieldError } from '@darkroom/contracts';
import { nearestName } from '@darkroom/contracts';
import type { TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import { Value } from 'typebox/value';
import { schemaAt, valueAt, whatItTakes } from './schema-words.js';

/** More problems than this in one document are not told. */
const MOST_PROBLEMS = 100;

/**
 * What in a value is not as a schema says, each with a pointer, what was expected, what is there, and for an unknown
 * field the nearest known one.
 * @param base pointer to the value in its document, `#` when it is the document
 */
export function schemaProblems(schema: TSchema, value: unknown, base = '#'): FieldError[] {
  const problems = new Map<string, string>();
  for (const error of schemaErrors(schema, value)) {
    const found = schemaAt(schema, error.instancePath);
    const fields = { pointer: found.path, value: valueAt(value, found.path), schema: found.schema };
    // Inside alternatives it is not known which was meant: the whole value is told of, once.
    if (found.schema.anyOf) tellValue(problems, fields);
    else if (error.keyword === 'required') tellMissing(problems, fields, error.params.requiredProperties);
    else if (error.keyword === 'additionalProperties') {
      tellUnknown(problems, fields, error.params.additionalProperties);
    } else if (error.keyword !== 'boolean') tellValue(problems, fields);
  }
  return [...problems].map(([path, detail]) => ({ pointer: `${base}${path}`, detail }));
}

interface Field {
  readonly pointer: string;
  readonly value: unknown;
  readonly schema: ReturnType<typeof schemaAt>['schema'];
}

function schemaErrors(schema: TSchema, value: unknown) {
  // TypeBox tells eight errors by default, and knows this setting only for all of its users.
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: MOST_PROBLEMS });
  try {
    return Value.Errors(schema, value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function tellValue(problems: Map<string, string>, { pointer, value, schema }: Field): void {
  problems.set(
    pointer,
    `expected ${whatItTakes(schema)}, got ${shown(value)}${inSentence(schema.description)}`,
  );
}

function tellMissing(
  problems: Map<string, string>,
  { pointer, schema }: Field,
  names: readonly string[],
): void {
  for (const name of names) {
    const missing = schema.properties?.[name] ?? {};
    problems.set(
      `${pointer}/${name}`,
      `is missing; expected ${whatItTakes(missing)}${inSentence(missing.description)}`,
    );
  }
}

function tellUnknown(
  problems: Map<string, string>,
  { pointer, schema }: Field,
  unknown: readonly string[],
): void {
  const known = Object.keys(schema.properties ?? {});
  const patterns = Object.keys(schema.patternProperties ?? {});
  const allowed =
    patterns.length > 0 ? `its name must match ${patterns.join(' or ')}` : `known are ${known.join(', ')}`;
  for (const name of unknown) {
    const nearest = nearestName(name, known);
    const remedy = nearest ? `did you mean ${nearest}?` : allowed;
    problems.set(`${pointer}/${name}`, `is not a known field; ${remedy}`);
  }
}

function inSentence(description: string | undefined): string {
  return description ? `. ${description.replace(/\.$/, '')}` : '';
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}
