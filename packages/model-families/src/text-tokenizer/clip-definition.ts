import { Type } from 'typebox';
import type { SpecialTokens } from './special-tokens.js';
import { jsonOf, type TokenizerFiles, TokenizerFilesError, textOf } from './tokenizer-files.js';

const MAX_TOKENS_IN_VOCABULARY = 1_000_000;

const VocabularySchema = Type.Record(
  Type.String(),
  Type.Integer({ minimum: 0, maximum: MAX_TOKENS_IN_VOCABULARY - 1 }),
  { minProperties: 1 },
);

const BEGINNING = '<|startoftext|>';
const END = '<|endoftext|>';

/** What ends a word in CLIP's vocabulary. */
const WORD_END = '</w>';

/** Contractions, words, single digits, and what is neither, each by itself. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/**
 * What a `tokenizer.json` would say of CLIP's tokenizer, whose folder has only a vocabulary and merges: composed
 * letters, one space for several, lower case; byte pairs within words. As transformers converts it (`CLIPConverter`).
 * @throws TokenizerFilesError when the files don't go together
 */
export function clipDefinition(files: TokenizerFiles, special: SpecialTokens): object {
  const vocabulary = jsonOf(files, 'vocabulary', VocabularySchema);
  const beginning = special.beginning ?? BEGINNING;
  const end = special.end ?? END;
  const unknown = special.unknown ?? END;
  const idOf = (token: string) => idIn(vocabulary, token);
  return {
    added_tokens: [...new Set([beginning, end, unknown])].map((content) => ({
      id: idOf(content),
      content,
      special: true,
      normalized: false,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [end, idOf(end)],
      cls: [beginning, idOf(beginning)],
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      unk_token: unknown,
      continuing_subword_prefix: '',
      end_of_word_suffix: WORD_END,
      fuse_unk: false,
      vocab: vocabulary,
      merges: mergesOf(files),
    },
  };
}

function idIn(vocabulary: Readonly<Record<string, number>>, token: string): number {
  if (Object.hasOwn(vocabulary, token)) return vocabulary[token]!;
  throw new TokenizerFilesError(
    'vocabulary',
    `expected the special token ${JSON.stringify(token)} among its tokens`,
  );
}

/** Two parts each, in the order in which they are merged. */
function mergesOf(files: TokenizerFiles): [string, string][] {
  const lines = textOf(files, 'merges').split(/\r?\n/);
  const merges: [string, string][] = [];
  for (const [i, line] of lines.entries()) {
    if (line === '' || (i === 0 && line.startsWith('#version'))) continue;
    const [first, second, ...more] = line.split(' ');
    if (!first || !second || more.length > 0) {
      throw new TokenizerFilesError(
        'merges',
        `expected two parts in line ${i + 1}, got ${JSON.stringify(line.slice(0, 60))}`,
      );
    }
    merges.push([first, second]);
  }
  return merges;
}
