import { DarknetError } from './darknet-error.js';
import { LIMITS } from './limits.js';
import { textLines } from './text-lines.js';

/**
 * The labels of a `.names` file: one a line, an empty line being the empty label of its class, as Darknet has it. Only
 * empty lines at the end that there are no classes for are left out.
 * @throws DarknetError when they are not as many as the network has classes
 */
export function parseNames(bytes: Uint8Array, classes: number): string[] {
  const names = textLines(bytes, 'names');
  while (names.length > classes && names.at(-1)!.trim() === '') names.pop();
  if (names.length === classes) return names;
  throw new DarknetError(
    'names',
    null,
    `expected ${classes} lines, one for each class of the cfg, got ${names.length > LIMITS.classes ? 'many more' : names.length}. Is it the file of another network?`,
  );
}
