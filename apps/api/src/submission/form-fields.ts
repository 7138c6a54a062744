import { DarkroomError } from '@darkroom/contracts';
import type { TObject, TSchema } from 'typebox';
import { pointerTo } from './check-fields.js';

/** Texts of a form or a query, by field name, in the order they came. */
export type FormTexts = ReadonlyMap<string, readonly string[]>;

/**
 * Turns the texts of a form into the values that the schema asks for: numbers and booleans by their text, objects
 * and lists as JSON, a list of words also as a repeated field. Unknown names are passed on, for the check of the
 * fields to refuse.
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
  const { type, items } = (schema ?? {}) as { type?: string; items?: { type?: string } };
  const isListOfObjects = type === 'array' && items?.type === 'object';
  if (type === 'array' && !isListOfObjects) {
    const [first = ''] = values;
    if (values.length === 1 && first.trim().startsWith('[')) return parseJson(name, first);
    return values.filter((value) => value !== '');
  }
  if (values.length > 1) {
    throw new DarkroomError(
      'invalid_field',
      `The field "${name}" came ${values.length} times; send it once.`,
      {
        fields: [{ pointer: pointerTo(name), detail: 'Send it once.' }],
      },
    );
  }
  const [text = ''] = values;
  if (type === 'integer' || type === 'number')
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return type === 'object' || isListOfObjects ? parseJson(name, text) : text;
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
