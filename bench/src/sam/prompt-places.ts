/** Where a click is, in pixels of the picture. */
export type Place = readonly [x: number, y: number];

/** Places all over a picture, the same every time: the R2 sequence, whose points keep away from each other. */
export function promptPlaces({ width, height }: { width: number; height: number }, count: number): Place[] {
  // The plastic number: the real root of x³ = x + 1.
  const plastic = 1.324717957244746;
  return Array.from({ length: count }, (_, i): Place => {
    const part = (step: number) => (0.5 + (i + 1) * step) % 1;
    return [Math.round(part(1 / plastic) * (width - 1)), Math.round(part(1 / plastic ** 2) * (height - 1))];
  });
}
