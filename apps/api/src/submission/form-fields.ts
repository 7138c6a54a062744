import { DarkroomError } from '@darkroom/contracts';
import type { TObject, TSchema } from 'typebox';
import { pointerTo } from './check-fields.js';

/** Texts of a form or a query, by field name, in the order they came. */
export type FormTexts = ReadonlyMap<string, readonly string[]>;

/** The words of JSON Schema that tell how a text is to be read. */
interface Words {
  readonly type?: string;
  readonly items?: Words;
  readonly anyOf?: readonly Words[];
}

/**
 * Turns the texts of a form into the values that the schema asks for: numbers and booleans by their text, objects
 * and lists as JSON, a list of words also as a repeated field. Where one word is as good as a list, a text that is no JSON
 * list is the word. Unknown names are passed on, for the check of the fields to refuse.
 * @throws DarkroomError `invalid_field` for JSON that can't be parsed and for fields given twice
 */
export function readFormFields(schema: TObject, texts: FormTexts): Record<string, unknown> {
  return Object.fromEntries(
    [...texts].map(([name, values]) => [
      name,
      readValue(name, Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined, values),
    ]),
  );
}

function readValue(name: string, schema: TSchema | undefined, values: readonly string[]): unknown {
  const words = (schema ?? {}) as Words;
  const [first = ''] = values;
  const oneOrMore = oneOrMoreOf(words);
  if (oneOrMore) {
    if (values.length > 1) return values.map((text) => readText(text, oneOrMore.type));
    return parseList(first) ?? readText(first, oneOrMore.type);
  }
  const isListOfObjects = words.type === 'array' && words.items?.type === 'object';
  if (words.type === 'array' && !isListOfObjects) {
    if (values.length === 1 && first.trim().startsWith('[')) return parseJson(name, first);
    return values.filter((value) => value !== '');
  }
  if (values.length > 1) throw cameTwice(name, values.length);
  return words.type === 'object' || isListOfObjects ? parseJson(name, first) : readText(first, words.type);
}

/** What one is, where a field takes one or a list of them; null for all other fields. */
function oneOrMoreOf({ anyOf = [] }: Words): Words | null {
  const one = anyOf.find(({ type }) => type !== 'array');
  const isOneOrMore = one && anyOf.some(({ type, items }) => type === 'array' && items?.type === one.type);
  return isOneOrMore ? one : null;
}

function readText(text: string, type: string | undefined): unknown {
  if (type === 'integer' || type === 'number')
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

/** @returns null for what is no list in JSON, such as a prompt that begins with a bracket */
function parseList(text: string): unknown[] | null {
  if (!text.trim().startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function cameTwice(name: string, times: number): DarkroomError {
  const fields = [{ pointer: pointerTo(name), detail: 'Send it once.' }];
  const detail = `The field "${name}" came ${times} times; send it once.`;
  return new DarkroomError('invalid_field', detail, { fields });
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DarkroomError(
      'invalid_field',
      `The field "${name}" takes JSON text: ${(error as Error).message}.`,
      {
        fields: [{ pointer: pointerTo(name), detail: 'Send valid JSON.' }],
      },
    );
  }
}
