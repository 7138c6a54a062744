import { ImportError } from './import-error.js';
import { readSmallText } from './read-small-text.js';

/** An object of a foreign JSON file; what is in it is not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws ImportError when it is no JSON object, or too large */
export async function readJsonObject(path: string): Promise<JsonObject> {
  const text = await readSmallText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ImportError(`expected JSON in ${path}: ${(error as Error).message}. Fetch the file again`);
  }
  if (isJsonObject(value)) return value;
  throw new ImportError(`expected a JSON object in ${path}, got something else. Is it the right file?`);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
