/** A URL that is not to be requested. The message continues a sentence: "it has a password in it". */
export class UrlRefused extends Error {
  override readonly name = 'UrlRefused';
  /** What to do instead, as a sentence. */
  readonly remedy: string;

  constructor(reason: string, remedy: string) {
    super(reason);
    this.remedy = remedy;
  }
}
