/** As many as the tiny text encoders take. */
export const CLIP_TOKENS = 12;

/** Colours that the tiny text encoders know, as red, green and blue from 0 to 1. */
export const CLIP_COLORS = {
  red: [1, 0, 0],
  green: [0, 1, 0],
  blue: [0, 0, 1],
  yellow: [1, 1, 0],
} as const;

const END = '</s>';
const OTHER_WORDS = ['a', 'an', 'photo', 'picture', 'of', 'the', 'on', 'circle', 'square'];
const WORDS = [...Object.keys(CLIP_COLORS), ...OTHER_WORDS].map((word) => `▁${word}`);
const TOKENS = ['<unk>', END, ...WORDS, '▁'];
export const CLIP_VOCABULARY_SIZE = TOKENS.length;

/** The id of a word that is one token; the rest are no words of the vocabulary. */
export const clipTokenOf = (word: string) => TOKENS.indexOf(`▁${word}`);

/** The files of a tiny tokenizer in SigLIP's layout, by name: its words are one token each, and an end pads texts. */
export function clipTokenizerFiles(maxTokens: number | null = CLIP_TOKENS): Record<string, string> {
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' };
  const end = { id: TOKENS.indexOf(END), content: END, special: true, normalized: false };
  return {
    'tokenizer.json': JSON.stringify({
      added_tokens: [end],
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: metaspace,
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: END, type_id: 0 } }],
        pair: [],
        special_tokens: { [END]: { id: END, ids: [end.id], tokens: [END] } },
      },
      decoder: metaspace,
      model: { type: 'Unigram', unk_id: 0, vocab: TOKENS.map((token, i) => [token, i < 2 ? 0 : -i]) },
    }),
    'tokenizer_config.json': JSON.stringify({
      eos_token: END,
      pad_token: END,
      model_max_length: maxTokens ?? 1e30,
    }),
  };
}
