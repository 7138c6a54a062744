import { CONFIG_NAME } from './hugging-face.js';

/** What transformers writes for a tokenizer. */
const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
];
/** Without one of these there is no tokenizer. */
const VOCABULARIES = ['tokenizer.json', 'vocab.json'];

/**
 * The files beside the graphs that a model needs which reads texts, with the configuration that says what it is; none
 * where there is no tokenizer.
 * @param names of the files in a folder of Hugging Face
 */
export function tokenizerCompanions(names: readonly string[]): string[] {
  if (!VOCABULARIES.some((name) => names.includes(name))) return [];
  return [...TOKENIZER_FILES, CONFIG_NAME].filter((name) => names.includes(name));
}
