import { basename, dirname, extname } from 'node:path';

const LONGEST_ID = 64;
/** File and folder names that say nothing of the model. */
const GENERIC =
  /^(onnx|graph|weights|export|exports|best|last|model([._-](fp16|fp32|int8|uint8|quantized|q4|q4f16|bnb4))?)$/i;
/** A model in the cache of Hugging Face: `models--<owner>--<name>/snapshots/<revision>`. */
const CACHED = /^models--(?:.+--)?(.+)$/;

/** What a model may be called, from where it comes: the first name on the way up that says something. */
export function suggestModelId(path: string): string {
  let way = path;
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
