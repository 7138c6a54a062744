import { type Static, Type } from 'typebox';
import { jsonOf, SpecialTokenSchema, type TokenizerFiles } from './tokenizer-files.js';

const tokenFields = {
  bos_token: Type.Optional(SpecialTokenSchema),
  eos_token: Type.Optional(SpecialTokenSchema),
  unk_token: Type.Optional(SpecialTokenSchema),
  pad_token: Type.Optional(SpecialTokenSchema),
};
const SpecialTokensMapSchema = Type.Object(tokenFields);
const TokenizerConfigSchema = Type.Object({
  ...tokenFields,
  model_max_length: Type.Optional(Type.Number({ minimum: 1 })),
  added_tokens_decoder: Type.Optional(Type.Object({})),
});

/** The tokens of a tokenizer that stand for no text, and how many tokens its model takes. */
export interface SpecialTokens {
  readonly beginning: string | null;
  readonly end: string | null;
  readonly unknown: string | null;
  readonly padding: string | null;
  /** `null` where the files set no limit. */
  readonly maxTokens: number | null;
}

/** transformers writes 10³⁰ where a tokenizer has no limit. */
const NO_LIMIT_FROM = 1e6;

/**
 * The special tokens that the files name. As with transformers, `special_tokens_map.json` counts before
 * `tokenizer_config.json`, but where the latter lists all added tokens: the files were written since it does, and
 * the former is for older versions.
 */
export function readSpecialTokens(files: TokenizerFiles): SpecialTokens {
  const config = files.config === undefined ? {} : jsonOf(files, 'config', TokenizerConfigSchema);
  const map = files.specialTokens === undefined ? {} : jsonOf(files, 'specialTokens', SpecialTokensMapSchema);
  const [first, second] = config.added_tokens_decoder ? [config, map] : [map, config];
  const find = (field: keyof typeof tokenFields) => contentOf(first[field]) ?? contentOf(second[field]);
  const { model_max_length: limit } = config;
  return {
    beginning: find('bos_token'),
    end: find('eos_token'),
    unknown: find('unk_token'),
    padding: find('pad_token'),
    maxTokens: limit === undefined || limit >= NO_LIMIT_FROM ? null : Math.floor(limit),
  };
}

function contentOf(token: Static<typeof SpecialTokenSchema> | undefined): string | null {
  if (token === undefined || token === null) return null;
  return typeof token === 'string' ? token : token.content;
}
