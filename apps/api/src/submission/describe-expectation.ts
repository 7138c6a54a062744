import type { TSchema } from 'typebox';

/** What the schema check says of a value it refuses. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** The words of JSON Schema that fields use. */
interface Words {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
}

/**
 * What a field takes, as a phrase that follows its name: `must be a whole number from 1 to 200`.
 * @param schema of the value that was refused; null where it lies inside a field
 */
export function describeExpectation(
  { keyword, message, params }: SchemaError,
  schema: TSchema | null,
): string {
  if (keyword === 'uniqueItems') return 'must not have the same entry twice';
  const choices =
    (schema as Words | null)?.enum ?? (params as { allowedValues?: readonly unknown[] }).allowedValues;
  if (choices) return `must be ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
  const kind = schema && kindOf(schema as Words);
  return kind ? `must be ${kind}` : message;
}

function kindOf({ type, format, minimum, maximum, minLength = 0, maxLength }: Words): string | null {
  if (format === 'date-time') return 'a time such as 2026-01-31T12:00:00Z';
  switch (type) {
    case 'integer':
      return maximum === undefined
        ? `a whole number from ${minimum ?? 0}`
        : `a whole number from ${minimum ?? 0} to ${maximum}`;
    case 'string':
      return maxLength === undefined ? 'a text' : `a text of ${minLength} to ${maxLength} characters`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    default:
      return null;
  }
}
