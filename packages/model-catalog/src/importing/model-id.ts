import { basename, dirname, extname, join } from 'node:path';
import { commonFolder } from './common-folder.js';

const LONGEST_ID = 64;
/** File and folder names that say nothing of the model. */
const GENERIC =
  /^(onnx|graph|weights|export|exports|best|last|model([._-](fp16|fp32|int8|uint8|quantized|q4|q4f16|bnb4))?)$/i;
/** A model in the cache of Hugging Face: `models--<owner>--<name>/snapshots/<revision>`. */
const CACHED = /^models--(?:.+--)?(.+)$/;

/**
 * What a model may be called, from where it comes: the first name on the way up that says something. Of several files
 * that is first what their names begin with: `mobile_sam.encoder.onnx`, `mobile_sam.decoder.onnx`.
 * @param paths absolute, of its graphs or its folder
 */
export function suggestModelId(paths: readonly string[]): string {
  let way = paths.length === 1 ? paths[0]! : join(commonFolder(paths), sharedStart(paths));
  for (let depth = 0; depth < 5; depth++) {
    const name = basename(way);
    const cached =
      basename(dirname(way)) === 'snapshots' ? CACHED.exec(basename(dirname(dirname(way)))) : null;
    const id = toModelId(cached?.[1] ?? withoutEnding(name));
    if (id !== null && !GENERIC.test(id)) return id;
    way = dirname(way);
  }
  return 'model';
}

/** What all names begin with, up to where a word of theirs ends. */
function sharedStart(paths: readonly string[]): string {
  const [first = '', ...others] = paths.map((path) => basename(path));
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length++;
  return first.slice(0, length).replace(/[^._-]*$/, '');
}

function withoutEnding(name: string): string {
  return extname(name).toLowerCase() === '.onnx' ? name.slice(0, -'.onnx'.length) : name;
}

/** Ids are lower-case letters, digits, dots, dashes and underscores, and begin with a letter or digit. */
function toModelId(name: string): string | null {
  const id = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, LONGEST_ID)
    .replace(/[^a-z0-9]+$/, '');
  return id === '' ? null : id;
}
