import { InvalidArgumentError } from 'commander';

/** A number, or a fraction such as `1/255`. */
export function readNumber(text: string): number {
  const [numerator, denominator = '1', ...more] = text.split('/');
  const value = Number(numerator) / Number(denominator);
  if (text.trim() !== '' && more.length === 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number, such as 0.5 or 1/255.');
}

export function readWholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number, such as 640.');
}

/** The number that noise is drawn from. */
export function readSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError(`Expected a whole number up to ${Number.MAX_SAFE_INTEGER}, such as 7.`);
}

/** One number for each channel, `0.485,0.456,0.406`; one alone counts for all. */
export function readPerChannel(text: string): number[] {
  const values = text.split(',').map((part) => readNumber(part));
  if (values.length === 1) return [values[0]!, values[0]!, values[0]!];
  if (values.length === 3) return values;
  throw new InvalidArgumentError(
    'Expected three numbers, such as 0.485,0.456,0.406, or one for all channels.',
  );
}

/** `x,y`; given again, they are more. */
export function readPoint(
  text: string,
  before: readonly { readonly x: number; readonly y: number }[] = [],
): { x: number; y: number }[] {
  const [x, y, ...more] = readNumbers(text);
  if (x !== undefined && y !== undefined && more.length === 0) return [...before, { x, y }];
  throw new InvalidArgumentError('Expected x,y in pixels of the picture, such as 320,240.');
}

/** `x0,y0,x1,y1`, once. */
export function readBox(text: string, before?: readonly number[]): number[] {
  if (before !== undefined) {
    throw new InvalidArgumentError('An object has one box: give --prompts for several objects.');
  }
  return boxOf(text);
}

/** Likewise; given again, they are more. */
export function readBoxes(text: string, before: readonly (readonly number[])[] = []): number[][] {
  return [...before.map((box) => [...box]), boxOf(text)];
}

function boxOf(text: string): number[] {
  const box = readNumbers(text);
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box;
  if (box.length === 4 && x0 < x1 && y0 < y1) return box;
  throw new InvalidArgumentError(
    'Expected x0,y0,x1,y1, the left, upper, right and lower edge in pixels, such as 40,60,310,290.',
  );
}

/** Empty where something is no number. */
function readNumbers(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim());
  const values = parts.map(Number);
  return parts.includes('') || !values.every(Number.isFinite) ? [] : values;
}

/** Words with commas between them; given again, they are more. */
export function readList(text: string, before: readonly string[] = []): string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.every((word) => word !== '')) return [...before, ...words];
  throw new InvalidArgumentError('Expected words with commas between them.');
}

/** A text as it is; given again, they are more. */
export function readTexts(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** `name=value`, the value as JSON where it is some; given again, they are more. */
export function namedValueReader(example: string) {
  return (text: string, before: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => {
    const [, name, value] = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new InvalidArgumentError(`Expected name=value, such as ${example}.`);
    }
    return { ...before, [name]: parsed(value) };
  };
}

/** Where a service answers. */
export function readServiceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && ['http:', 'https:'].includes(url.protocol)) return text;
  throw new InvalidArgumentError('Expected a URL such as http://localhost:8080.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
