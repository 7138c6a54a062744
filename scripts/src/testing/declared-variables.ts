import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedSettings } from '@darkroom/service-kit';
import { REPOSITORY_ROOT } from '../repository-root.js';

/** Names of the environment variables that an app declares: those shared by all, its own, its compat services'. */
export function declaredVariables(app: string): string[] {
  const source = join(REPOSITORY_ROOT, 'apps', app, 'src');
  const compat = join(source, 'compat');
  const services = existsSync(compat) ? readdirSync(compat, { recursive: true, encoding: 'utf8' }) : [];
  const files = [
    join(source, 'env.ts'),
    ...services.filter((path) => path.endsWith('settings.ts')).map((path) => join(compat, path)),
  ];
  const own = files.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/^ {2}([A-Z][A-Z0-9_]+): Type\./gm)].map(([, name]) => name!),
  );
  return [...Object.keys(sharedSettings), ...own];
}
