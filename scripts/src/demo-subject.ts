import type { DemoPicture } from './demo-pictures.js';
import type { DemoText } from './demo-texts.js';

/** What a job of the demo is about. `name` is what its results are called, without an extension. */
export type DemoSubject = DemoPicture | DemoText;

/**
 * What a subject is called on screen: a picture by its file, a text by itself.
 *
 * @param longest so many characters at most; what is longer is cut
 */
export function subjectTitle(subject: DemoSubject, longest = Number.POSITIVE_INFINITY): string {
  return subject.kind === 'picture'
    ? cut(subject.fileName, longest)
    : `“${cut(subject.prompt, longest - '“”'.length)}”`;
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).trimEnd()}…`;
}
