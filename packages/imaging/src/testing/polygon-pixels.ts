/** The pixels whose centres lie in a polygon, by the even-odd rule: 0 or 1, row by row. */
export function polygonPixels(rings: number[][][], width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height);
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i++) toggleRightOf(data, ring[i]!, ring[i + 1]!, width, height);
  }
  return data;
}

/** Turns over the pixels right of a line, on the rows whose middle it crosses. */
function toggleRightOf(
  data: Uint8Array,
  [x0 = 0, y0 = 0]: number[],
  [x1 = 0, y1 = 0]: number[],
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y++) {
    const middle = y + 0.5;
    if (y0 > middle === y1 > middle) continue;
    const crossing = x0 + ((middle - y0) / (y1 - y0)) * (x1 - x0);
    for (let x = Math.max(Math.ceil(crossing - 0.5), 0); x < width; x++) data[y * width + x]! ^= 1;
  }
}
