import type { TokenizerFiles } from './tokenizer-files.js';

/** The parts in a manifest's `files` that are a tokenizer's, by what its files are; those of a second text encoder end in `_2`. */
export const TOKENIZER_PARTS: Readonly<Record<keyof TokenizerFiles, string>> = {
  tokenizer: 'tokenizer',
  vocabulary: 'tokenizer_vocabulary',
  merges: 'tokenizer_merges',
  config: 'tokenizer_config',
  specialTokens: 'tokenizer_special_tokens',
};
