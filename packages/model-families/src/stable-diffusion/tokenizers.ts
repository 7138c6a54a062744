import { readFileSync } from 'node:fs';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { TextTokenizer } from '../text-tokenizer/text-tokenizer.js';
import type { TokenizerFiles } from '../text-tokenizer/tokenizer-files.js';
import { TOKENIZER_PARTS } from './parts.js';

/**
 * The tokenizer of a model's text encoder.
 * @param ending of its parts' names: nothing, or `_2` for the second
 * @throws TokenizerFilesError naming the file that can't be used
 */
export function openTokenizer({ files }: LoadedManifest, ending: '' | '_2'): TextTokenizer {
  const texts = Object.entries(TOKENIZER_PARTS).flatMap(([name, part]) => {
    const path = files[`${part}${ending}`];
    return path === undefined ? [] : [[name, readFileSync(path, 'utf8')] as const];
  });
  return new TextTokenizer(Object.fromEntries(texts) as TokenizerFiles);
}
