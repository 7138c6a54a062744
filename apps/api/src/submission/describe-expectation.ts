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
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly anyOf?: readonly Words[];
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
  const kind = schema && describeSchema(schema);
  if (kind) return `must be ${kind}`;
  const { allowedValues } = params as { allowedValues?: readonly unknown[] };
  return allowedValues ? `must be ${oneOf(allowedValues)}` : message;
}

/** What a value is to be: `a whole number from 1 to 200`; null where a few words don't tell. */
export function describeSchema(schema: TSchema): string | null {
  const words = schema as Words;
  if (words.enum) return oneOf(words.enum);
  if (!words.anyOf) return kindOf(words);
  const kinds = words.anyOf.map((alternative) => describeSchema(alternative as TSchema));
  return kinds.includes(null) ? null : kinds.join(' or ');
}

function oneOf(choices: readonly unknown[]): string {
  return `${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}`;
}

function kindOf(words: Words): string | null {
  const { type, format, minLength = 0, maxLength } = words;
  if (format === 'date-time') return 'a time such as 2026-01-31T12:00:00Z';
  switch (type) {
    case 'integer':
    case 'number':
      return numberOf(words);
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

function numberOf({ type, minimum = 0, maximum, multipleOf }: Words): string {
  const isWhole = type === 'integer';
  if (maximum === undefined && multipleOf === undefined && !isWhole) return 'a finite number';
  const kind = isWhole ? 'a whole number' : 'a number';
  const what = multipleOf === undefined || multipleOf === 1 ? kind : `a multiple of ${multipleOf}`;
  return `${what} from ${minimum}${maximum === undefined ? '' : ` to ${maximum}`}`;
}

function entriesOf({ minItems, maxItems }: Words): string {
  if (maxItems === undefined) return '';
  return minItems === maxItems ? ` of ${maxItems} entries` : ` of ${minItems ?? 0} to ${maxItems} entries`;
}
