import type { LoadedManifest } from '@darkroom/model-catalog';
import { readTextFile } from '../read-text-file.js';
import { TextTokenizer } from './text-tokenizer.js';
import type { TokenizerFiles } from './tokenizer-files.js';
import { TOKENIZER_PARTS } from './tokenizer-parts.js';

/**
 * The tokenizer of a model's text encoder.
 * @param ending of its parts' names: nothing, or `_2` for that of a second text encoder
 * @param tokenCount how many tokens the text encoder takes; `null` where the tokenizer's files say it
 * @throws TokenizerFilesError naming the file that can't be used
 */
export function openTokenizer(
  { files }: LoadedManifest,
  ending: '' | '_2',
  tokenCount: number | null,
): TextTokenizer {
  const texts = Object.entries(TOKENIZER_PARTS).flatMap(([name, part]) => {
    const path = files[`${part}${ending}`];
    return path === undefined ? [] : [[name, readTextFile(path)] as const];
  });
  return new TextTokenizer(
    Object.fromEntries(texts) as TokenizerFiles,
    tokenCount === null ? {} : { maxTokens: tokenCount },
  );
}
