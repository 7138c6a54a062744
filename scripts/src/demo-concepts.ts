import { readFileSync } from 'node:fs';
import { ExpectedFailure } from './expected-failure.js';

/** What pictures are compared with: the texts of a JSON file, a list. */
export function readDemoConcepts(path: string): string[] {
  const concepts = JSON.parse(readFileSync(path, 'utf8')) as string[];
  if (concepts.length === 0) throw new ExpectedFailure(`there are no concepts in ${path}`);
  return concepts;
}
