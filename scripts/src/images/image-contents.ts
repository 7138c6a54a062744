import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../repository-root.js';
import type { ImageConfig } from './buildah.js';

/** What must not be in an image: packages, and folders under /app. */
export interface Unwanted {
  readonly packages: readonly string[];
  readonly folders: readonly string[];
}

/** What is for working on Darkroom, not for running it. */
export function developmentOnly(): Unwanted {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  // Declarations of types are no tools: protobufjs, which reads .onnx files, brings those of Node.
  const tools = Object.keys(manifest.devDependencies).filter((name) => !name.startsWith('@types/'));
  return { packages: tools, folders: ['packages/testkit'] };
}

/** What the image of the api must not have: it runs no networks. */
export const WHAT_RUNS_NETWORKS: Unwanted = {
  packages: ['onnxruntime-node', 'onnxruntime-common'],
  folders: ['packages/inference', 'packages/model-families', 'apps/worker'],
};

/**
 * What is wrong with the files and the description of an image.
 *
 * @param root folder with the files of the image
 */
export function findImageProblems(
  root: string,
  config: ImageConfig,
  unwanted: readonly Unwanted[],
): string[] {
  const app = join(root, 'app');
  const installed = readdirSync(join(app, 'node_modules', '.pnpm'));
  const hasPackage = (name: string) => {
    const prefix = `${name.replace('/', '+')}@`;
    return installed.some((entry) => entry.startsWith(prefix));
  };
  const packages = unwanted.flatMap((each) => each.packages).filter(hasPackage);
  const folders = unwanted.flatMap((each) => each.folders).filter((folder) => existsSync(join(app, folder)));
  return [
    ...packages.map((name) => `the package ${name} is installed`),
    ...folders.map((folder) => `/app/${folder} is there`),
    ...sourcesIn(app).map((folder) => `sources are left in /app/${folder}`),
    ...(/^[1-9]\d*:[1-9]\d*$/.test(config.User)
      ? []
      : [`its user is "${config.User}", not a number above 0`]),
    ...(config.Healthcheck ? [] : ['it has no health check']),
    ...(config.Env.includes('NODE_ENV=production') ? [] : ['NODE_ENV is not production']),
  ];
}

function sourcesIn(app: string): string[] {
  const parts = ['apps', 'packages'].flatMap((folder) =>
    readdirSync(join(app, folder)).map((name) => join(folder, name, 'src')),
  );
  return [...parts, 'scripts/src'].filter((folder) => existsSync(join(app, folder)));
}
