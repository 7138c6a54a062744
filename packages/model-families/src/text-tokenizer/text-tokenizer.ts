import { Tokenizer } from '@huggingface/tokenizers';
import { Type } from 'typebox';
import { clipDefinition } from './clip-definition.js';
import { readSpecialTokens, type SpecialTokens } from './special-tokens.js';
import { jsonOf, type TokenizerFiles, TokenizerFilesError } from './tokenizer-files.js';

/** A text as a network takes it. */
export interface TokenizedText {
  /** As many as the network takes, the last ones padding. */
  readonly ids: readonly number[];
  /** How many of them are no padding. */
  readonly count: number;
  /** The end of the text, where it has too many tokens, about as it was; else `null`. */
  readonly cut: string | null;
}

export interface TokenizerLimits {
  /** How many tokens the network takes, where the files don't say it or say something else. */
  readonly maxTokens?: number;
}

/** What is used of the library, whose own types Node's way of resolving modules doesn't find. */
interface LibraryTokenizer {
  encode(text: string, options?: { readonly add_special_tokens: boolean }): { readonly ids: number[] };
  decode(ids: readonly number[]): string;
  token_to_id(token: string): number | undefined;
}

/** More than any text encoder takes. */
const MAX_TOKENS = 4096;

const TokenizerJsonSchema = Type.Object({
  model: Type.Object({}),
  added_tokens: Type.Array(Type.Object({ id: Type.Integer({ minimum: 0 }), content: Type.String() })),
});

/**
 * Makes tokens of texts, all of one length: cut where they are longer, padded where they are shorter. For the text
 * encoders of CLIP and its kin, with CLIP's own files or any `tokenizer.json`.
 */
export class TextTokenizer {
  readonly maxTokens: number;
  readonly #tokenizer: LibraryTokenizer;
  readonly #paddingId: number;
  /** The special tokens before and after every text. */
  readonly #before: readonly number[];
  readonly #after: readonly number[];

  /** @throws TokenizerFilesError naming the file, and what is wrong with it */
  constructor(files: TokenizerFiles, limits: TokenizerLimits = {}) {
    const special = readSpecialTokens(files);
    const part = files.tokenizer === undefined ? 'vocabulary' : 'tokenizer';
    const definition =
      part === 'tokenizer' ? jsonOf(files, part, TokenizerJsonSchema) : clipDefinition(files, special);
    const opened = openTokenizer(definition, part);
    this.#tokenizer = opened.tokenizer;
    this.#before = opened.before;
    this.#after = opened.after;
    this.#paddingId = paddingIdOf(this.#tokenizer, files, special);
    const least = this.#before.length + this.#after.length;
    const maxTokens = limits.maxTokens ?? special.maxTokens;
    if (maxTokens === null || maxTokens < least || maxTokens > MAX_TOKENS) {
      const got = maxTokens ?? 'none';
      throw new TokenizerFilesError(
        'config',
        `expected a model_max_length of ${least} to ${MAX_TOKENS}, got ${got}`,
      );
    }
    this.maxTokens = maxTokens;
  }

  tokenize(text: string): TokenizedText {
    const ids = this.#idsWithout(text);
    const room = this.maxTokens - this.#before.length - this.#after.length;
    const used = [...this.#before, ...ids.slice(0, room), ...this.#after];
    const padding = new Array<number>(this.maxTokens - used.length).fill(this.#paddingId);
    const rest = ids.slice(room);
    return {
      ids: [...used, ...padding],
      count: used.length,
      cut: rest.length > 0 ? this.#textOf(rest) : null,
    };
  }

  /** A letter of several tokens that is cut in two is left out. */
  #textOf(ids: readonly number[]): string {
    return this.#tokenizer
      .decode(ids)
      .replace(/^\ufffd/, '')
      .trim();
  }

  #idsWithout(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }
}

interface OpenedTokenizer {
  readonly tokenizer: LibraryTokenizer;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** What the library makes of a definition, and the special tokens that it puts around a text. */
function openTokenizer(definition: object, part: keyof TokenizerFiles): OpenedTokenizer {
  try {
    const tokenizer: LibraryTokenizer = new Tokenizer(definition, {});
    const probe = 'a';
    const inside = tokenizer.encode(probe, { add_special_tokens: false }).ids;
    const whole = tokenizer.encode(probe).ids;
    const before = whole.findIndex((_, i) => inside.every((id, k) => whole[i + k] === id));
    if (before < 0) throw new Error('it changes the text between its special tokens');
    return { tokenizer, before: whole.slice(0, before), after: whole.slice(before + inside.length) };
  } catch (error) {
    throw new TokenizerFilesError(part, `no tokenizer can be made of it: ${(error as Error).message}`);
  }
}

/** Texts are padded with their end where nothing else is said. */
function paddingIdOf(
  tokenizer: LibraryTokenizer,
  files: TokenizerFiles,
  { padding, end }: SpecialTokens,
): number {
  const token = padding ?? end ?? '<|endoftext|>';
  const id = tokenizer.token_to_id(token);
  if (id !== undefined) return id;
  const part = files.specialTokens === undefined ? 'config' : 'specialTokens';
  throw new TokenizerFilesError(part, `expected a pad_token of the vocabulary, got ${JSON.stringify(token)}`);
}
