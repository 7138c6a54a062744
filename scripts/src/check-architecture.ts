import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDependencies, shortName, type WorkspacePackage } from './architecture-rules.js';
import { ExpectedFailure, runAsScript } from './expected-failure.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import { checkImports } from './source-imports.js';
import { terminal } from './terminal.js';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/* `node scripts/dist/check-architecture.js`: dependencies point the agreed way, and imports are declared. */
await runAsScript(async () => {
  const packages = readWorkspace();
  const rootDevDependencies = Object.keys(readManifest('package.json').devDependencies ?? {});
  const sources = packages.flatMap((owner) => sourcesOf(owner).map((path) => ({ owner, path })));
  const violations = [
    ...checkDependencies(packages),
    ...sources.flatMap(({ owner, path }) =>
      checkImports({ path, text: readText(path) }, owner, rootDevDependencies),
    ),
  ];
  if (violations.length > 0) {
    const lines = violations.map(({ path, problem, remedy }) => `  ${path}: ${problem}\n      → ${remedy}`);
    throw new ExpectedFailure(
      `the architecture is broken in ${violations.length} places:\n${lines.join('\n')}`,
    );
  }
  terminal.line(`${packages.length} packages and ${sources.length} sources keep to the architecture`);
});

function readWorkspace(): WorkspacePackage[] {
  const inFolder = (folder: string) =>
    readdirSync(join(REPOSITORY_ROOT, folder)).map((name) => `${folder}/${name}`);
  return [...inFolder('apps'), ...inFolder('packages'), 'scripts', 'bench'].map((folder) => {
    const manifestPath = `${folder}/package.json`;
    const { name, dependencies, devDependencies } = readManifest(manifestPath);
    return {
      name: shortName(name),
      isApp: folder.startsWith('apps/'),
      manifestPath,
      dependencies: Object.keys(dependencies ?? {}).map(shortName),
      devDependencies: Object.keys(devDependencies ?? {}).map(shortName),
    };
  });
}

function sourcesOf({ manifestPath }: WorkspacePackage): string[] {
  const folder = manifestPath.replace('package.json', 'src');
  return readdirSync(join(REPOSITORY_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`);
}

function readManifest(path: string): Manifest {
  return JSON.parse(readText(path)) as Manifest;
}

function readText(path: string): string {
  return readFileSync(join(REPOSITORY_ROOT, path), 'utf8');
}
