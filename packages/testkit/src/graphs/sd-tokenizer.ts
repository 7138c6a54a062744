/** As many as the tiny text encoders take. */
export const SD_TOKENS = 16;

const MERGES = [
  ['r', 'e'],
  ['re', 'd</w>'],
  ['a', 't</w>'],
] as const;

/** The letters that stand for bytes in CLIP's vocabulary, in its order: those that can be seen, then the others. */
function byteLetters(): string[] {
  const isSeen = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !isSeen(byte)).map((_, i) => 256 + i);
  return [...bytes.filter(isSeen), ...others].map((code) => String.fromCharCode(code));
}

const TOKENS = [
  ...byteLetters(),
  ...byteLetters().map((letter) => `${letter}</w>`),
  ...MERGES.map((parts) => parts.join('')),
  '<|startoftext|>',
  '<|endoftext|>',
];
export const SD_VOCABULARY_SIZE = TOKENS.length;

/**
 * The files of a tiny tokenizer in CLIP's layout, by name: each letter is a token, but for “re”, “red” and “at”.
 * @param padding what short texts are filled up with
 */
export function sdTokenizerFiles(padding = '<|endoftext|>'): Record<string, string> {
  const special = {
    bos_token: '<|startoftext|>',
    eos_token: '<|endoftext|>',
    unk_token: '<|endoftext|>',
    pad_token: padding,
  };
  return {
    'vocab.json': JSON.stringify(Object.fromEntries(TOKENS.map((token, id) => [token, id]))),
    'merges.txt': `#version: 0.2\n${MERGES.map((parts) => parts.join(' ')).join('\n')}\n`,
    'tokenizer_config.json': JSON.stringify({
      ...special,
      model_max_length: SD_TOKENS,
      tokenizer_class: 'CLIPTokenizer',
    }),
    'special_tokens_map.json': JSON.stringify(special),
  };
}
