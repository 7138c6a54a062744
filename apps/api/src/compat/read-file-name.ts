const LENGTH_MAX = 255;

/**
 * A file name from a request, without the folders that clients put before it.
 * @returns null for one that is no name, or that tries to get to another folder: an absolute path, one with `..`, or
 *   characters that no name has
 */
export function readFileName(text: string): string | null {
  const segments = text.split(/[/\\]/);
  const name = segments.at(-1)!;
  const isPlain =
    name !== '' &&
    name !== '.' &&
    name.length <= LENGTH_MAX &&
    segments[0] !== '' &&
    !segments.includes('..') &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    !/[\u0000-\u001f\u007f]/.test(text);
  return isPlain ? name : null;
}
