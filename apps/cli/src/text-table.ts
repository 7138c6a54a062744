/** A column of a table: its heading, and whether its cells stand left or right. */
export interface Column {
  readonly heading: string;
  readonly side?: 'left' | 'right';
}

/** What stands in a table. */
export interface TableContent {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const GAP = '  ';

/** Lines of a table, the first with the headings. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ heading }) => heading), ...rows.map((row) => row.map(onOneLine))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ''))));
  return lines.map((line) =>
    columns
      .map(({ side }, index) => {
        const cell = line[index] ?? '';
        const padding = ' '.repeat(widths[index]! - widthOf(cell));
        return side === 'right' ? padding + cell : cell + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Labels and file names are somebody else’s: they must neither break lines nor steer the terminal. */
export function onOneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

function widthOf(text: string): number {
  return [...text].length;
}
