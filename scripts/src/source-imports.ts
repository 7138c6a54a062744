import { dirname, join, relative } from 'node:path';
import { shortName, type Violation, type WorkspacePackage } from './architecture-rules.js';
import { importSpecifiers, packageOfSpecifier } from './import-specifiers.js';

export interface SourceFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Checks that a source imports only what its package declares, and nothing out of another package's folder. */
export function checkImports(
  file: SourceFile,
  owner: WorkspacePackage,
  rootDevDependencies: readonly string[],
): Violation[] {
  const isForTests = /\.test\.ts$|\/testing\//.test(file.path);
  const declared = new Set([
    owner.name,
    ...owner.dependencies,
    ...(isForTests ? [...owner.devDependencies, ...rootDevDependencies] : []),
  ]);
  const folder = dirname(owner.manifestPath);
  return importSpecifiers(file.text).flatMap((specifier): Violation[] => {
    if (specifier.startsWith('.')) return checkStaysInside(file.path, specifier, folder);
    const name = packageOfSpecifier(specifier);
    if (name === null || declared.has(shortName(name))) return [];
    const list = isForTests ? 'devDependencies' : 'dependencies';
    return [
      {
        path: file.path,
        problem: `imports ${name}, which ${owner.manifestPath} does not declare`,
        remedy: `add it to ${list} there, or do without it`,
      },
    ];
  });
}

function checkStaysInside(path: string, specifier: string, folder: string): Violation[] {
  const target = join(dirname(path), specifier);
  if (!relative(folder, target).startsWith('..')) return [];
  return [
    {
      path,
      problem: `imports ${specifier} out of the folder of its package`,
      remedy: 'import the package by its name',
    },
  ];
}
