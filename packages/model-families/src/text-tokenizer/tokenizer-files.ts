import { schemaProblems } from '@darkroom/model-catalog';
import { type Static, type TSchema, Type } from 'typebox';

/** What the files of a tokenizer hold, as transformers writes them into a folder. */
export interface TokenizerFiles {
  /** `tokenizer.json`: all of it in one file, whatever kind of tokenizer it is. */
  readonly tokenizer?: string;
  /** `vocab.json` and `merges.txt` of CLIP's; looked at where there is no `tokenizer.json`. */
  readonly vocabulary?: string;
  readonly merges?: string;
  /** `tokenizer_config.json` */
  readonly config?: string;
  /** `special_tokens_map.json` */
  readonly specialTokens?: string;
}

/** As transformers calls them. */
export const TOKENIZER_FILE_NAMES: Readonly<Record<keyof TokenizerFiles, string>> = {
  tokenizer: 'tokenizer.json',
  vocabulary: 'vocab.json',
  merges: 'merges.txt',
  config: 'tokenizer_config.json',
  specialTokens: 'special_tokens_map.json',
};

/** Files of a tokenizer that can't be used. */
export class TokenizerFilesError extends Error {
  override readonly name = 'TokenizerFilesError';
  /** What the file is called, such as `vocab.json`. */
  readonly file: string;
  readonly detail: string;

  constructor(part: keyof TokenizerFiles, detail: string) {
    super(`${TOKENIZER_FILE_NAMES[part]}: ${detail}`);
    this.file = TOKENIZER_FILE_NAMES[part];
    this.detail = detail;
  }
}

/** Vocabularies of a quarter of a million words fit. */
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** @throws TokenizerFilesError when the file is missing or too long */
export function textOf(files: TokenizerFiles, part: keyof TokenizerFiles): string {
  const text = files[part];
  if (text === undefined) throw new TokenizerFilesError(part, 'is missing');
  if (text.length <= MAX_CHARACTERS) return text;
  throw new TokenizerFilesError(part, `expected at most ${MAX_CHARACTERS} characters, got ${text.length}`);
}

/** @throws TokenizerFilesError when the file is not JSON, or not as the schema says */
export function jsonOf<Schema extends TSchema>(
  files: TokenizerFiles,
  part: keyof TokenizerFiles,
  schema: Schema,
): Static<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(textOf(files, part));
  } catch (error) {
    if (error instanceof TokenizerFilesError) throw error;
    throw new TokenizerFilesError(part, `expected JSON: ${(error as Error).message}`);
  }
  const [problem] = schemaProblems(schema, value);
  if (problem) throw new TokenizerFilesError(part, `${problem.pointer} ${problem.detail}`);
  return value as Static<Schema>;
}

/** A special token as transformers writes it: its text, or an object with it. */
export const SpecialTokenSchema = Type.Union([
  Type.String(),
  Type.Object({ content: Type.String() }),
  Type.Null(),
]);
