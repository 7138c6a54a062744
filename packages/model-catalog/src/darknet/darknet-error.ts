/** The kinds of files that a Darknet model consists of. */
export type DarknetFile = 'cfg' | 'weights' | 'names' | 'data';

/** Something in the files of a Darknet model that can't be imported. The message begins with file and line. */
export class DarknetError extends Error {
  override readonly name = 'DarknetError';

  /**
   * @param line counted from 1; `null` where it is about the whole file
   * @param detail what was expected, what came and what to do
   */
  constructor(
    readonly file: DarknetFile,
    readonly line: number | null,
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${file}${line === null ? '' : `, line ${line}`}: ${detail}`, options);
  }
}
