import { DarkroomError, type ErrorCode } from '@darkroom/contracts';
import { describeFailure } from './fetch-failure.js';
import { shownUrl } from './picture-url.js';
import { UrlRefused } from './url-refused.js';

const CHECK_URL = 'Check the URL, or send the picture itself.';

/** The URL that was asked for and where it led to, for errors to tell. */
export class WayToPicture {
  readonly text: string;
  /** Where the last redirect leads to, as it came until it has been read. */
  redirectedTo: URL | string | null = null;
  readonly #pointer: string;

  /** @param pointer JSON pointer to the field that has the URL */
  constructor(text: string, pointer: string) {
    this.text = text;
    this.#pointer = pointer;
  }

  /** What to throw instead of an error: one that says what is wrong with the URL, where it is that. */
  explain(error: unknown): unknown {
    if (error instanceof UrlRefused) {
      return this.#fault(
        'url_not_allowed',
        `is not fetched: ${this.#led}${error.message}. ${error.remedy}`,
        error,
      );
    }
    const reason = error instanceof DarkroomError ? null : describeFailure(error);
    return reason === null ? error : this.notFetched(reason, { cause: error });
  }

  /** @param reason continues a sentence */
  notFetched(
    reason: string,
    { remedy = CHECK_URL, cause }: { readonly remedy?: string; readonly cause?: unknown } = {},
  ): DarkroomError {
    return this.#fault('url_not_fetched', `could not be fetched: ${this.#led}${reason}. ${remedy}`, cause);
  }

  get #led(): string {
    return this.redirectedTo === null ? '' : `it redirects to ${shownUrl(this.redirectedTo)}, and `;
  }

  #fault(code: ErrorCode, what: string, cause: unknown): DarkroomError {
    const detail = `${shownUrl(this.text)} ${what}`;
    return new DarkroomError(code, detail, { fields: [{ pointer: this.#pointer, detail }], cause });
  }
}
