import type { ErrorCode } from '@darkroom/contracts';

/** A URL that is to be refused, and how. */
export interface UrlAttack {
  readonly name: string;
  readonly url: string;
  readonly code: ErrorCode;
  /** What the detail must say. */
  readonly says: RegExp;
}

export function refused(name: string, url: string, says: RegExp): UrlAttack {
  return { name, url, code: 'url_not_allowed', says };
}

export function notFetched(name: string, url: string, says: RegExp): UrlAttack {
  return { name, url, code: 'url_not_fetched', says };
}
