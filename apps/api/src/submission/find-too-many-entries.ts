import type { TSchema } from 'typebox';

/** A list or an object that has more entries than its schema allows. */
export interface TooManyEntries {
  /** Names and indices that lead to it. */
  readonly path: readonly (string | number)[];
  readonly max: number;
  readonly length: number;
}

interface Words {
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
}

/** In an object whose names are known; others are told by their names, which takes time for each. */
const NAMES_MAX = 1000;

/**
 * The first list or object in a value that has too many entries, found by counting alone. The schema check looks at
 * every entry, however many there are, so they are counted before it.
 */
export function findTooManyEntries(
  schema: TSchema,
  value: unknown,
  path: TooManyEntries['path'] = [],
): TooManyEntries | null {
  const { maxItems, maxProperties = NAMES_MAX, items, properties = {} } = schema as Words;
  if (Array.isArray(value)) {
    if (maxItems === undefined) return null;
    if (value.length > maxItems) return { path, max: maxItems, length: value.length };
    return items ? firstIn(value.entries(), () => items, path) : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { length } = Object.keys(value);
  if (length > maxProperties) return { path, max: maxProperties, length };
  const known = Object.keys(properties).filter((name) => Object.hasOwn(value, name));
  const entries = known.map((name) => [name, (value as Record<string, unknown>)[name]] as const);
  return firstIn(entries, (name) => properties[name]!, path);
}

function firstIn<Key extends string | number>(
  entries: Iterable<readonly [Key, unknown]>,
  schemaOf: (key: Key) => TSchema,
  path: TooManyEntries['path'],
): TooManyEntries | null {
  for (const [key, value] of entries) {
    const found = findTooManyEntries(schemaOf(key), value, [...path, key]);
    if (found) return found;
  }
  return null;
}
