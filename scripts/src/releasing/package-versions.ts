import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = /^( {2}"version": )"([^"]*)"/m;

/** The version in the manifest of the repository's root. @throws Error when it has none */
export function readVersion(folder: string): string {
  const version = versionIn(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (version === null) throw new Error('package.json has no version');
  return version;
}

/**
 * Writes a version into every manifest that has that of the root, and nothing else in them.
 * @param manifests paths within the folder
 * @returns those that were written
 */
export function writeVersion(folder: string, manifests: readonly string[], version: string): string[] {
  const before = readVersion(folder);
  const raised = manifests.filter((path) => versionIn(readFileSync(join(folder, path), 'utf8')) === before);
  for (const path of raised) {
    const text = readFileSync(join(folder, path), 'utf8');
    writeFileSync(join(folder, path), text.replace(VERSION, `$1"${version}"`));
  }
  return raised;
}

function versionIn(manifest: string): string | null {
  return VERSION.exec(manifest)?.[2] ?? null;
}
