/** As `--box` takes it. */
export function boxInWords(box: readonly number[]): string {
  return box.map((edge) => String(Math.round(edge))).join(',');
}

export function percentage(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
