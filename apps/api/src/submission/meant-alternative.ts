import type { TSchema } from 'typebox';

/** Whether a value is of the kind that a schema's `type` names, whatever else is wrong with it. */
const IS_OF_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => typeof value === 'number',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** Of a schema with alternatives, such as a text or a list, the one that a value was meant for; the whole where none is. */
export function meantAlternative(schema: TSchema, value: unknown): TSchema {
  const { anyOf = [] } = schema as { readonly anyOf?: readonly (TSchema & { readonly type?: string })[] };
  const meant = anyOf.filter(({ type = '' }) => IS_OF_TYPE[type]?.(value));
  return meant.length === 1 ? meant[0]! : schema;
}
