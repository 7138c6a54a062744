import { type Style, terminal } from './terminal.js';

const LEVELS: Readonly<Record<number, readonly [name: string, style: Style]>> = {
  10: ['trace', 'dim'],
  20: ['debug', 'dim'],
  30: ['info', 'green'],
  40: ['warn', 'yellow'],
  50: ['error', 'red'],
  60: ['fatal', 'red'],
};
/** Fields that the line shows elsewhere or that say nothing to a reader of one machine. */
const HIDDEN_FIELDS: ReadonlySet<string> = new Set([
  'level',
  'time',
  'msg',
  'name',
  'pid',
  'hostname',
  'err',
]);
const PART_WIDTH = 6;
/** Of what goes well, more would only fill the screen. */
const LONGEST_VALUE = 200;
const WARN = 40;

type Paint = (style: Style, text: string) => string;

export const withoutStyle: Paint = (_style, text) => text;

/**
 * A line of a service's log, made for reading: `10:30:41.120 info  api     listening url=http://…`. What is no
 * JSON (a stack from a dying process, a word from Redis) stays as it is.
 *
 * @param part the process that wrote it
 * @param paint gives text a style; a file wants {@link withoutStyle}
 */
export function readableLogLine(part: string, line: string, paint: Paint = terminal.paint): string {
  const entry = parseEntry(line);
  if (entry === null) return `${' '.repeat(19)}${part.padEnd(PART_WIDTH)}  ${line}`;
  const [level, style] = LEVELS[Number(entry.level)] ?? [String(entry.level ?? ''), 'dim'];
  const fields = Object.entries(entry).filter(([name]) => !HIDDEN_FIELDS.has(name));
  const longest = Number(entry.level) >= WARN ? Number.POSITIVE_INFINITY : LONGEST_VALUE;
  const words = [
    paint('dim', clock(entry.time)),
    paint(style, level.padEnd(5)),
    part.padEnd(PART_WIDTH),
    String(entry.msg ?? ''),
    ...fields.map(([name, value]) => paint('dim', shownField(name, value, longest))),
  ];
  return [words.join(' ').trimEnd(), ...stackOf(entry.err)].join('\n');
}

function parseEntry(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** The time of day at this place; dates are of no use while one looks on. */
function clock(time: unknown): string {
  const date = new Date(time as string | number);
  if (Number.isNaN(date.getTime())) return ' '.repeat(12);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** Requests and answers in the words of HTTP, other fields as `name=value`. */
function shownField(name: string, value: unknown, longest: number): string {
  if (isRecord(value) && name === 'req') return `${value.method} ${value.url}`;
  if (isRecord(value) && name === 'res') return String(value.statusCode);
  if (typeof value === 'number' && !Number.isInteger(value)) return `${name}=${value.toFixed(1)}`;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return `${name}=${text.length > longest ? `${text.slice(0, longest)}…` : text}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function stackOf(error: unknown): string[] {
  if (!isRecord(error)) return [];
  const { stack, message } = error as { stack?: string; message?: string };
  return (stack ?? message ?? '').split('\n').map((line) => `    ${line}`);
}
