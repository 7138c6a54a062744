import { DarknetError } from './darknet-error.js';
import { LIMITS } from './limits.js';
import { textLines } from './text-lines.js';

/** `filters=32`, with the line it stands in, counted from 1. */
export interface CfgEntry {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** `[convolutional]` and the keys below it. */
export interface CfgSection {
  /** Without the brackets. */
  readonly name: string;
  readonly line: number;
  readonly entries: ReadonlyMap<string, CfgEntry>;
}

export interface Cfg {
  readonly sections: readonly CfgSection[];
  /** What is odd in it without being an error. */
  readonly notes: readonly string[];
}

/**
 * Reads a `.cfg` file as Darknet's `read_cfg` does: blanks don't count, lines that begin with `#` or `;` are comments,
 * of a key given twice the first counts, and a key without a value is as good as absent. Beyond that, the rest of a
 * line from `#` or `;` on is a comment too.
 * @throws DarknetError for anything that is neither section, key nor comment
 */
export function parseCfg(bytes: Uint8Array): Cfg {
  const sections: (CfgSection & { readonly entries: Map<string, CfgEntry> })[] = [];
  const notes: string[] = [];
  for (const [at, text] of textLines(bytes, 'cfg').entries()) {
    const line = at + 1;
    const content = text.replace(/[#;].*/, '').replace(/\s/g, '');
    if (content === '') continue;
    if (content.startsWith('[')) {
      sections.push({ name: sectionName(content, line), line, entries: new Map() });
      if (sections.length > LIMITS.sections) {
        throw new DarknetError('cfg', line, `expected at most ${LIMITS.sections} sections, got more`);
      }
      continue;
    }
    const entry = parseEntry(content, line);
    const section = sections.at(-1);
    if (!section) throw new DarknetError('cfg', line, `expected a section such as [net] before ${entry.key}`);
    if (entry.value !== '') addEntry(section.entries, entry, notes);
  }
  return { sections, notes };
}

function sectionName(content: string, line: number): string {
  const name = /^\[([A-Za-z0-9_]+)\]$/.exec(content)?.[1];
  if (name !== undefined) return name;
  throw new DarknetError('cfg', line, `expected a section such as [convolutional], got ${quoted(content)}`);
}

function parseEntry(content: string, line: number): CfgEntry {
  const at = content.indexOf('=');
  if (at > 0) return { key: content.slice(0, at), value: content.slice(at + 1), line };
  throw new DarknetError('cfg', line, `expected key=value, got ${quoted(content)}`);
}

function addEntry(entries: Map<string, CfgEntry>, entry: CfgEntry, notes: string[]): void {
  const { key, value, line } = entry;
  const first = entries.get(key);
  if (first === undefined) {
    if (entries.size >= LIMITS.keysPerSection) {
      throw new DarknetError(
        'cfg',
        line,
        `expected at most ${LIMITS.keysPerSection} keys in a section, got more`,
      );
    }
    entries.set(key, entry);
  } else if (first.value !== value) {
    notes.push(
      `cfg, line ${line}: ${quoted(key)} is there twice; that of line ${first.line} counts, as in Darknet`,
    );
  }
}

/** Foreign text in a message: short, and without line breaks or control characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
