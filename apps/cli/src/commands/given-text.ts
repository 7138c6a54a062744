import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFailure, UsageFailure } from '../command-failure.js';

/** More than any request may have. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The text of an option that takes one either as it is, or as the name of a file behind an `@`.
 * @param what it is, in the plural
 * @returns `where` it came from, for messages
 * @throws CommandFailure when a file cannot be read, or is too large
 */
export async function readGivenText(
  given: string,
  { option, what }: { readonly option: string; readonly what: string },
): Promise<{ readonly text: string; readonly where: string }> {
  if (!given.startsWith('@')) return { text: given, where: option };
  return { text: await readText(given.slice(1), what), where: given };
}

async function readText(path: string, what: string): Promise<string> {
  const file = await open(resolve(path)).catch((error: Error) => {
    throw new CommandFailure(`the ${what} cannot be read: ${error.message}`);
  });
  try {
    const { size } = await file.stat();
    if (size > MOST_BYTES) {
      throw new CommandFailure(`expected ${what} of at most ${MOST_BYTES} bytes in ${path}, found ${size}`);
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Such a text as a list. What is in the list is looked at by the service.
 * @throws UsageFailure when it is none
 */
export function parseGivenList<Entry>(
  text: string,
  where: string,
  { expected, example }: { readonly expected: string; readonly example: string },
): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageFailure(`expected JSON in ${where}, such as ${example}: ${(error as Error).message}`);
  }
  if (Array.isArray(value)) return value;
  throw new UsageFailure(`expected ${expected} in ${where}, such as ${example}`);
}
