/**
 * Lays rows out under their headings: the first column to the left, the others to the right, as numbers are read.
 *
 * @param rows one cell for each heading
 * @returns lines without trailing spaces
 * @throws RangeError when a row has another number of cells than there are headings
 */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const wrong = rows.find((row) => row.length !== headings.length);
  if (wrong)
    throw new RangeError(`expected ${headings.length} cells, got ${wrong.length}: ${wrong.join(', ')}`);
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(headings), rule, ...rows.map(line)];
}

/** A number with so many digits after the point; a dash where there is none. */
export function digits(value: number | null, afterPoint = 1): string {
  return value === null ? '–' : value.toFixed(afterPoint);
}
