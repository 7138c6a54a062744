/** Red, green and blue from 0 to 255, sRGB. */
export type Color = readonly [red: number, green: number, blue: number];

/**
 * `#rrggbb` as a colour; the case of the digits doesn't matter.
 * @throws RangeError when the text is anything else
 */
export function parseColor(text: string): Color {
  if (!/^#[0-9a-f]{6}$/i.test(text)) {
    throw new RangeError(`expected a colour as #rrggbb, like #ff8000, got ${JSON.stringify(text)}`);
  }
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

/** A colour as `#rrggbb` in lower case. */
export function formatColor([red, green, blue]: Color): string {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, '0')}`;
}

/** How light a colour looks, 0 to 255 (the luma of ITU-R BT.601). */
export function lumaOf([red, green, blue]: Color): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** A table written as hexadecimal numbers with spaces between them, in the order of the class ids. */
export function colorTable(hexNumbers: string): readonly Color[] {
  return hexNumbers
    .trim()
    .split(/\s+/)
    .map((number) => parseColor(`#${number}`));
}
