/** Says what is going on, beside the output proper. */
export function progress(text: string): void {
  process.stderr.write(`  ${text} …\n`);
}
