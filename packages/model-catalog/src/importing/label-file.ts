import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ImportError } from './import-error.js';
import { labelsById, MOST_LABELS } from './labels-by-id.js';
import { isJsonObject } from './read-json-object.js';
import { readSmallText } from './read-small-text.js';

/** Names under which the labels of a model lie beside it. */
const NAMES = ['labels.txt', 'classes.txt', 'names.txt', 'label_map.txt'];
const MAX_FOLDER_ENTRIES = 10_000;

/**
 * Reads labels from a file: one a line; or JSON, a list of texts or an object with a text for each id, at the top or
 * under `id2label`, `names` or `labels`.
 * @throws ImportError when it holds none
 */
export async function readLabelFile(path: string): Promise<readonly string[]> {
  const text = await readSmallText(path);
  // What a decoder puts where it cannot read.
  if (text.includes('\ufffd')) throw new ImportError(`expected text in UTF-8 in ${path}`);
  const labels = extname(path).toLowerCase() === '.json' ? labelsInJson(path, text) : labelsInLines(text);
  if (labels && labels.length > 0 && labels.length <= MOST_LABELS) return labels;
  throw new ImportError(
    `expected 1 to ${MOST_LABELS} labels in ${path}, one a line in the order of the class ids; or JSON: a list of texts, or {"0": "person", …}`,
  );
}

/** The one file with labels in a folder; `null` where there is none, or several. */
export async function findLabelFile(folder: string): Promise<string | null> {
  const files = (await readdir(folder).catch(() => [])).slice(0, MAX_FOLDER_ENTRIES).sort();
  const fitting = files.filter(
    (name) => NAMES.includes(name.toLowerCase()) || extname(name).toLowerCase() === '.names',
  );
  return fitting.length === 1 ? join(folder, fitting[0]!) : null;
}

/** A line break at the very end begins no further label. */
function labelsInLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function labelsInJson(path: string, text: string): readonly string[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ImportError(`expected JSON in ${path}: ${(error as Error).message}`);
  }
  if (isJsonObject(value)) value = value.id2label ?? value.names ?? value.labels ?? value;
  if (Array.isArray(value)) return labelsById(new Map(value.entries()));
  return isJsonObject(value) ? labelsById(new Map(Object.entries(value))) : null;
}
