import { UrlRefused } from './url-refused.js';

/** RFC 9110 asks for as much of everybody who takes URLs. */
const URL_MAX_LENGTH = 8_000;
const SHOWN_LENGTH = 200;
const FILE_NAME_LENGTH = 100;
const SEND_BYTES = 'Send the picture itself: as a file part, or as {"base64": "…"}.';

/** Whether a text is meant as a URL: it has a scheme. One letter is the drive of a path. */
export function isUrlText(text: string): boolean {
  return /^ *[a-z][a-z\d+.-]{1,40}:/i.test(text);
}

/**
 * Reads a URL that a picture is to be fetched from. The host is as it will be looked up, all notations of an address
 * brought into one.
 * @param from the URL that redirects to it
 * @throws UrlRefused
 */
export function readPictureUrl(text: string, from?: URL): URL {
  if (text.length > URL_MAX_LENGTH) {
    throw new UrlRefused(`it has ${text.length} characters and may have ${URL_MAX_LENGTH}`, SEND_BYTES);
  }
  // A reader of URLs would leave out or turn round what another one goes by.
  if (/[\p{Cc}\\]/u.test(text)) {
    throw new UrlRefused(
      'it has a line break, another control character or a backslash in it',
      'Escape what is meant, such as %5C for a backslash.',
    );
  }
  if (!URL.canParse(text, from?.href)) {
    throw new UrlRefused('it cannot be read as a URL', 'Send one such as https://example.org/cat.jpg.');
  }
  const url = new URL(text, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw otherScheme(url);
  if (url.username !== '' || url.password !== '') {
    throw new UrlRefused(
      'it has a user name or password in it',
      `Leave them out; where they are needed, fetch the picture yourself. ${SEND_BYTES}`,
    );
  }
  if (from?.protocol === 'https:' && url.protocol === 'http:') {
    throw new UrlRefused(
      'that leads from https to http, where anybody on the way could change the picture',
      'Send the http URL itself if that does not matter.',
    );
  }
  return url;
}

function otherScheme({ protocol }: URL): UrlRefused {
  const remedy =
    protocol === 'data:' ? 'A data: URL is no URL to fetch: "image" takes it as a plain text.' : SEND_BYTES;
  return new UrlRefused(`http and https are fetched, it begins with "${protocol.slice(0, 20)}"`, remedy);
}

/** A URL as errors and logs show it: without user name, password, query and fragment, which may be secret. */
export function shownUrl(given: URL | string): string {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : given;
  if (typeof url === 'string' || url.host === '') return shownText(String(given));
  const query = url.search === '' ? '' : '?…';
  return cut(`${url.protocol}//${url.host}${url.pathname}`) + query;
}

/** What cannot be read as a URL, or has another scheme, can have its secrets before any @, whatever stands between. */
function shownText(text: string): string {
  const [start] = text.slice(0, URL_MAX_LENGTH).split(/[?#]/, 1);
  const [, scheme = ''] = /^ *([a-z][a-z\d+.-]*:[\\/]*)/i.exec(start!) ?? [];
  const rest = start!.slice(start!.lastIndexOf('@') + 1);
  const shown = rest === start ? start : `${scheme}${rest}`;
  return cut(shown.replaceAll(/\p{C}/gu, '�'));
}

function cut(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

/** The name of the file that a URL's path ends in, without what could be a path or an escape; null where there is none. */
export function fileNameOfUrl(url: URL): string | null {
  const decoded = decode(url.pathname).replaceAll(/\p{C}/gu, '');
  const name = decoded.split(/[/\\]/).at(-1)!.trim();
  return /^\.*$/.test(name) ? null : [...name].slice(0, FILE_NAME_LENGTH).join('');
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
