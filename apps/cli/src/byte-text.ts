const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;
const STEP = 1000;

/** A number of bytes for people: `512 bytes`, `12.3 MB`. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= STEP && unit < UNITS.length - 1; unit++) value /= STEP;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
