import { DarknetError } from './darknet-error.js';
import { type CfgEntry, type CfgSection, quoted } from './parse-cfg.js';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** The keys of one section as numbers and words, with Darknet's defaults for those that are absent. */
export class SectionKeys {
  readonly #section: CfgSection;
  readonly #where: string;
  readonly #read = new Set<string>();

  /** @param layer index of the layer that the section describes; `null` for `[net]` */
  constructor(section: CfgSection, layer: number | null) {
    this.#section = section;
    this.#where = `[${section.name}]${layer === null ? '' : ` (layer ${layer})`}`;
  }

  /** `[yolo] (layer 16) of line 120`, for messages about another section. */
  get description(): string {
    return `${this.#where} of line ${this.#section.line}`;
  }

  has(key: string): boolean {
    return this.#section.entries.has(key);
  }

  /** @throws DarknetError unless it is a whole number within the range */
  integer(key: string, fallback: number, { min, max }: Range): number {
    const text = this.#find(key);
    if (text === undefined) return fallback;
    const value = wholeNumber(text);
    if (value !== null && value >= min && value <= max) return value;
    throw this.error(`expected a whole number from ${min} to ${max}, got ${quoted(text)}`, key);
  }

  /** @throws DarknetError unless it is a finite number */
  number(key: string, fallback: number): number {
    const text = this.#find(key);
    return text === undefined ? fallback : this.#parseNumber(text, key);
  }

  text(key: string, fallback: string): string {
    return this.#find(key) ?? fallback;
  }

  /** Whole numbers with commas between them, or `null`. */
  integers(key: string, { maxLength }: { readonly maxLength: number }): number[] | null {
    return this.#list(key, maxLength, (text) => {
      const value = wholeNumber(text);
      if (value !== null) return value;
      throw this.error(`expected whole numbers with commas between them, got ${quoted(text)}`, key);
    });
  }

  /** Numbers with commas between them, or `null`. */
  numbers(key: string, { maxLength }: { readonly maxLength: number }): number[] | null {
    return this.#list(key, maxLength, (text) => this.#parseNumber(text, key));
  }

  /**
   * Refuses what is not imported.
   * @param harmless the value that changes nothing, which the key has when it is absent
   */
  requireDefault(key: string, harmless: number | string): void {
    const text = this.#find(key);
    if (text === undefined || text === harmless || Number(text) === harmless) return;
    throw this.error(`${text} is not supported, only ${harmless}`, key);
  }

  /** Keys that nothing has asked for. */
  unread(): CfgEntry[] {
    return [...this.#section.entries.values()].filter(({ key }) => !this.#read.has(key));
  }

  /** An error about the section, or about one of its keys. */
  error(detail: string, key?: string): DarknetError {
    const line = (key === undefined ? undefined : this.#section.entries.get(key)?.line) ?? this.#section.line;
    return new DarknetError('cfg', line, `${this.#where}${key === undefined ? '' : `, ${key}`}: ${detail}`);
  }

  #find(key: string): string | undefined {
    this.#read.add(key);
    return this.#section.entries.get(key)?.value;
  }

  #parseNumber(text: string, key: string): number {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value)) return value;
    throw this.error(`expected a number, got ${quoted(text)}`, key);
  }

  #list(key: string, maxLength: number, parse: (text: string) => number): number[] | null {
    const text = this.#find(key);
    if (text === undefined) return null;
    const items = text.replace(/,$/, '').split(',');
    if (items.length > maxLength) {
      throw this.error(`expected at most ${maxLength} numbers, got ${items.length}`, key);
    }
    return items.map(parse);
  }
}

function wholeNumber(text: string): number | null {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null;
}
