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
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
}

/**
 * What a field takes, as a phrase that follows its name: `must be a whole number from 1 to 200`.
 * @param schema of the value that was refused; null where that is not known
 */
export function describeExpectation(
  { keyword, message, params }: SchemaError,
  schema: TSchema | null,
): string {
  if (keyword === 'uniqueItems') return 'must not have the same entry twice';
  const { requiredProperties } = params as { requiredProperties?: readonly string[] };
  if (keyword === 'required' && requiredProperties) return `must have ${requiredProperties.join(' and ')}`;
  const choices =
    (schema as Words | null)?.enum ?? (params as { allowedValues?: readonly unknown[] }).allowedValues;
  if (choices) return `must be ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
  const kind = schema && kindOf(schema as Words);
  return kind ? `must be ${kind}` : message;
}

function kindOf(words: Words): string | null {
  const { type, format, minimum, maximum, minLength = 0, maxLength } = words;
  if (format === 'date-time') return 'a time such as 2026-01-31T12:00:00Z';
  switch (type) {
    case 'integer':
      return maximum === undefined
        ? `a whole number from ${minimum ?? 0}`
        : `a whole number from ${minimum ?? 0} to ${maximum}`;
    case 'number':
      return maximum === undefined ? 'a finite number' : `a number from ${minimum ?? 0} to ${maximum}`;
    case 'string':
      return maxLength === undefined ? 'a text' : `a text of ${minLength} to ${maxLength} characters`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${entriesOf(words)}`;
    case 'object':
      return 'an object';
    default:
      return null;
  }
}

function entriesOf({ minItems, maxItems }: Words): string {
  if (maxItems === undefined) return '';
  return minItems === maxItems ? ` of ${maxItems} entries` : ` of ${minItems ?? 0} to ${maxItems} entries`;
}
