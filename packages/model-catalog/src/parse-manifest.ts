/**
 * Reads JSON text.
 * @returns the value, or what is wrong and where: `line 3, column 5: …`
 */
export function parseManifest(text: string): { value: unknown } | { problem: string } {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    const message = (error as Error).message;
    const where = placeOf(message, json);
    return { problem: `is not valid JSON${where ? ` at ${where}` : ''}: ${message}` };
  }
}

/** V8 names a position in most messages, and says of an early end only that it came. */
function placeOf(message: string, json: string): string | null {
  const position =
    /at position (\d+)/.exec(message)?.[1] ?? (/end of JSON/.test(message) ? json.length : null);
  if (position === null) return null;
  const before = json.slice(0, Number(position)).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
