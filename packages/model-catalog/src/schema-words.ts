/** The parts of JSON Schema that the project's schemas use. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly uniqueItems?: boolean;
}

/**
 * The schema of the value at a JSON pointer. Where the way leads into alternatives it ends there, since which of
 * them holds is not known.
 * @returns the schema, and the pointer of the value it is for
 */
export function schemaAt(root: JsonSchema, pointer: string): { schema: JsonSchema; path: string } {
  let schema = root;
  let path = '';
  for (const key of keysOf(pointer)) {
    if (schema.anyOf) break;
    const pattern = Object.keys(schema.patternProperties ?? {}).find((source) =>
      new RegExp(source).test(key),
    );
    const next = schema.properties?.[key] ?? (pattern && schema.patternProperties?.[pattern]) ?? schema.items;
    if (!next) break;
    schema = next;
    path += `/${key}`;
  }
  return { schema, path };
}

export function valueAt(root: unknown, pointer: string): unknown {
  return keysOf(pointer).reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], root);
}

function keysOf(pointer: string): string[] {
  return pointer.split('/').slice(1);
}

/** What a schema takes, to be read after "expected": `a whole number from 1 to 16384`. */
export function whatItTakes(schema: JsonSchema): string {
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(whatItTakes).join(', or ');
  switch (schema.type) {
    case 'string':
      return schema.pattern
        ? `text that matches ${schema.pattern}`
        : schema.minLength
          ? 'text that is not empty'
          : 'text';
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${listSize(schema)}${schema.uniqueItems ? ' without repetitions' : ''}${of(schema.items)}`;
    case 'object':
      return `an object${objectFields(schema)}`;
    default:
      return 'another value';
  }
}

function range({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const from = minimum ?? exclusiveMinimum;
  const least = exclusiveMinimum === undefined ? `from ${from}` : `greater than ${exclusiveMinimum}`;
  if (from === undefined) return maximum === undefined ? '' : ` up to ${maximum}`;
  return maximum === undefined && minimum !== undefined
    ? `, ${minimum} or more`
    : ` ${least}${maximum === undefined ? '' : ` to ${maximum}`}`;
}

function listSize({ minItems, maxItems }: JsonSchema): string {
  if (minItems !== undefined && minItems === maxItems) return ` of exactly ${minItems}`;
  return maxItems === undefined ? '' : ` of up to ${maxItems}`;
}

function of(items: JsonSchema | undefined): string {
  return items?.type || items?.enum || items?.anyOf ? ` (each ${whatItTakes(items)})` : '';
}

function objectFields({ properties, minProperties }: JsonSchema): string {
  if (properties) return ` with ${Object.keys(properties).join(', ')}`;
  return minProperties ? ' that is not empty' : '';
}
