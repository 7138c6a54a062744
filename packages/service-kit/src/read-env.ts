import type { Static, TObject, TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** The configuration is wrong. The message names every bad variable, not only the first. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads configuration from environment variables. Empty variables count as unset; numbers and booleans are
 * converted; what the schema gives a default may be left out. Where a text has a pattern, `examples` are what users are
 * shown of it.
 * @throws ConfigurationError naming all bad variables, what each takes and what came
 */
export function readEnv<Schema extends TObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Static<Schema> {
  const names = Object.keys(schema.properties);
  const given = Object.fromEntries(
    names.flatMap((name) => (env[name] ? [[name, readText(schema.properties[name]!, env[name])]] : [])),
  );
  const value = Value.Default(schema, given) as Record<string, unknown>;
  const problems = new Map<string, string>();
  for (const name of names) {
    const property = schema.properties[name]!;
    const isMissing = value[name] === undefined;
    if (isMissing && !schema.required?.includes(name)) continue;
    if (isMissing) problems.set(name, `${name} is required: ${describe(property)}`);
    else if (!Value.Check(property, value[name])) {
      problems.set(name, `${name} takes ${expectation(property)}, got "${env[name]}". ${describe(property)}`);
    }
  }
  if (problems.size > 0) {
    throw new ConfigurationError([...problems.values()].map((problem) => `  ${problem}`).join('\n'));
  }
  return value as Static<Schema>;
}

/** A number where the schema asks for one and the text is one; else the text, for the check to refuse. */
function readText(schema: TSchema, text: string): unknown {
  const { type } = schema as { type?: string };
  const isNumeric = (type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text);
  return isNumeric ? Number(text) : text;
}

function describe(schema: TSchema): string {
  return 'description' in schema ? String(schema.description) : '';
}

function expectation(schema: TSchema): string {
  const { type, minimum, maximum } = schema as Record<string, unknown>;
  const { enum: choices, examples } = schema as { enum?: unknown[]; examples?: unknown[] };
  if (choices) return `one of ${choices.join(', ')}`;
  if (type === 'integer' || type === 'number') {
    const range = [
      minimum !== undefined && `at least ${minimum}`,
      maximum !== undefined && `at most ${maximum}`,
    ];
    return ['a whole number', ...range.filter(Boolean)].join(', ');
  }
  return examples ? `a text such as ${examples.join(' or ')}` : `a ${type}`;
}
