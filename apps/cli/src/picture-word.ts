import { basename } from 'node:path';

/** Whether a word of a command line names a picture that the service is to fetch. */
export function isUrl(word: string): boolean {
  return /^https?:\/\//i.test(word);
}

/** What a picture, a path or a URL, is called where it has no folder: `cat.jpg`. */
export function pictureName(picture: string): string {
  if (!isUrl(picture)) return basename(picture);
  const { pathname, hostname } = new URL(picture);
  return basename(decode(pathname)) || hostname;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
