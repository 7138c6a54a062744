import { readFileSync } from 'node:fs';

/** The version of this Darkroom, as in the packages' manifests. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
