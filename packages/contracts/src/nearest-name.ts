import { distance } from 'fastest-levenshtein';

/** Longer ones aren't mistyped; and to compare names takes time with the square of their length. */
const COMPARED_LENGTH = 100;

/** The known name that a mistyped one most likely stands for; null when none is near. */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (name.length > COMPARED_LENGTH) return null;
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, '');
  const ranked = known
    .map((candidate) => ({ candidate, edits: distance(plain(name), plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best && best.edits <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : null;
}
