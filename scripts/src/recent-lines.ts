/** The last lines of a log, to be shown when something goes wrong. */
export class RecentLines {
  readonly #lines: string[] = [];

  constructor(private readonly limit = 30) {}

  add(text: string): void {
    this.#lines.push(...text.split('\n'));
    this.#lines.splice(0, Math.max(0, this.#lines.length - this.limit));
  }

  toString(): string {
    return this.#lines.map((line) => `  ${line}`).join('\n');
  }
}
