/** What a Python literal may be; lists and tuples are both arrays. */
export type PythonLiteral =
  | null
  | boolean
  | number
  | string
  | readonly PythonLiteral[]
  | ReadonlyMap<PythonKey, PythonLiteral>;
export type PythonKey = number | string | boolean | null;

/** A text that is no Python literal, or a larger one than anybody needs. */
export class PythonLiteralError extends Error {
  override readonly name = 'PythonLiteralError';
}

const MAX_CHARACTERS = 4 * 1024 * 1024;
const MAX_DEPTH = 32;
const MAX_VALUES = 200_000;

const WORDS: ReadonlyMap<string, PythonLiteral> = new Map<string, PythonLiteral>([
  ['None', null],
  ['True', true],
  ['False', false],
]);
const WORD = /[A-Za-z_]+/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y;
const SPACE = /[ \t\r\n]*/y;
const PLAIN_CHARACTERS = /[^\\\n'"]+/y;
const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
};

/**
 * Reads what Python's `repr` writes of dictionaries, lists, tuples, texts, numbers, booleans and None, as
 * `ast.literal_eval` would; nothing is ever evaluated. Exporters leave their metadata in this form.
 * @throws PythonLiteralError that says where
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  if (text.length > MAX_CHARACTERS) {
    throw new PythonLiteralError(
      `expected a Python literal of at most ${MAX_CHARACTERS} characters, got ${text.length}`,
    );
  }
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): PythonLiteral {
    this.#values++;
    if (this.#values > MAX_VALUES) throw this.#error(`at most ${MAX_VALUES} values`);
    if (depth > MAX_DEPTH) throw this.#error(`values at most ${MAX_DEPTH} deep in one another`);
    const next = this.#peek();
    if (next === '{') return this.#dictionary(depth);
    if (next === '[') return this.#sequence('[', ']', depth).values;
    if (next === '(') return this.#parenthesized(depth);
    if (next === "'" || next === '"') return this.#string();
    return this.#numberOrWord();
  }

  end(): void {
    if (this.#peek() !== undefined) throw this.#error('nothing more');
  }

  #dictionary(depth: number): PythonLiteral {
    const entries = new Map<PythonKey, PythonLiteral>();
    this.#take('{');
    while (this.#peek() !== '}') {
      const key = this.value(depth + 1);
      if (typeof key === 'object' && key !== null) throw this.#error('a text or a number as key');
      this.#take(':');
      entries.set(key, this.value(depth + 1));
      if (this.#peek() !== '}') this.#take(',');
    }
    this.#take('}');
    return entries;
  }

  #sequence(open: string, close: string, depth: number) {
    const values: PythonLiteral[] = [];
    let hasComma = false;
    this.#take(open);
    while (this.#peek() !== close) {
      values.push(this.value(depth + 1));
      if (this.#peek() === close) break;
      this.#take(',');
      hasComma = true;
    }
    this.#take(close);
    return { values, hasComma };
  }

  /** `(1, 2)` and `(1,)` are tuples, `(1)` is 1. */
  #parenthesized(depth: number): PythonLiteral {
    const { values, hasComma } = this.#sequence('(', ')', depth);
    return values.length === 1 && !hasComma ? values[0]! : values;
  }

  #string(): string {
    const quote = this.#text[this.#at++];
    let value = '';
    for (;;) {
      value += this.#match(PLAIN_CHARACTERS) ?? '';
      const next = this.#text[this.#at++];
      if (next === quote) return value;
      if (next === '\\') value += this.#escape();
      else if (next === "'" || next === '"') value += next;
      else {
        this.#at--;
        throw this.#error(`the ${quote} that ends the text`);
      }
    }
  }

  #escape(): string {
    const kind = this.#text[this.#at++] ?? '';
    const digits = HEX_ESCAPES[kind];
    if (digits === undefined) {
      const character = ESCAPES[kind];
      if (character !== undefined) return character;
      throw this.#error('a known escape behind the backslash');
    }
    const hex = this.#text.slice(this.#at, this.#at + digits);
    const code = Number.parseInt(hex, 16);
    if (!/^[0-9A-Fa-f]+$/.test(hex) || hex.length !== digits || code > 0x10ffff) {
      throw this.#error(`${digits} hexadecimal digits of a character`);
    }
    this.#at += digits;
    return String.fromCodePoint(code);
  }

  #numberOrWord(): PythonLiteral {
    const number = this.#match(NUMBER);
    if (number !== null) return Number(number);
    const word = this.#match(WORD);
    const value = WORDS.get(word ?? '');
    if (value !== undefined) return value;
    if (word !== null) this.#at -= word.length;
    throw this.#error('a Python literal');
  }

  #peek(): string | undefined {
    this.#match(SPACE);
    return this.#text[this.#at];
  }

  #take(character: string): void {
    if (this.#peek() !== character) throw this.#error(character);
    this.#at++;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #error(expected: string): PythonLiteralError {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const got = rest === '' ? 'the end' : JSON.stringify(rest);
    return new PythonLiteralError(`expected ${expected} at character ${this.#at}, got ${got}`);
  }
}
