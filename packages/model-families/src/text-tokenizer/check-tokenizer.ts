import type { LoadedManifest, ModelProblem } from '@darkroom/model-catalog';
import { openTokenizer } from './open-tokenizer.js';
import { TokenizerFilesError } from './tokenizer-files.js';
import { TOKENIZER_PARTS } from './tokenizer-parts.js';

/**
 * What is wrong with the files of a tokenizer.
 * @param ending of its parts' names: nothing, or `_2` for that of a second text encoder
 * @param tokenCount how many tokens the text encoder takes; `null` where the tokenizer's files say it
 * @param what it is called in problems: “the tokenizer”
 */
export function checkTokenizer(
  model: LoadedManifest,
  ending: '' | '_2',
  tokenCount: number | null,
  what: string,
): ModelProblem[] {
  const { files } = model.manifest;
  const { tokenizer, vocabulary, merges } = TOKENIZER_PARTS;
  const has = (part: string) => files[`${part}${ending}`] !== undefined;
  if (!has(tokenizer) && !has(vocabulary)) {
    return [
      missingPart(`${vocabulary}${ending}`, `the vocab.json, or ${tokenizer}${ending}, a tokenizer.json`),
    ];
  }
  if (!has(tokenizer) && !has(merges)) return [missingPart(`${merges}${ending}`, 'the merges.txt')];
  try {
    openTokenizer(model, ending, tokenCount);
    return [];
  } catch (error) {
    if (error instanceof TokenizerFilesError) {
      return [{ file: `${what}, ${error.file}`, field: '', detail: error.detail }];
    }
    return [{ file: what, field: '', detail: `cannot be read: ${(error as Error).message}` }];
  }
}

function missingPart(part: string, expected: string): ModelProblem {
  return { file: 'model.json', field: `#/files/${part}`, detail: `is missing; expected ${expected}` };
}
