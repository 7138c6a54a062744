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

/** One number for each channel, `0.485,0.456,0.406`; one alone counts for all. */
export function readPerChannel(text: string): number[] {
  const values = text.split(',').map((part) => readNumber(part));
  if (values.length === 1) return [values[0]!, values[0]!, values[0]!];
  if (values.length === 3) return values;
  throw new InvalidArgumentError(
    'Expected three numbers, such as 0.485,0.456,0.406, or one for all channels.',
  );
}

/** Words with commas between them; given again, they are more. */
export function readList(text: string, before: readonly string[] = []): string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.every((word) => word !== '')) return [...before, ...words];
  throw new InvalidArgumentError('Expected words with commas between them.');
}

/** `name=value`, the value as JSON where it is some; given again, they are more. */
export function readNamedValue(
  text: string,
  before: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const [, name, value] = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Expected name=value, such as layout=grid.');
  }
  return { ...before, [name]: parsed(value) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
