/**
 * Makes one file of each process of the apps, out of what the compiler has made of them and of the packages they use:
 * finding and reading a thousand modules takes a process longer than most of its work.
 *
 *   node scripts/bundle.mjs [app …]     # none: all. What is newer than all it is made of stays
 *
 * Modules keep their places: what they look up beside themselves (`import.meta.url`), they look up where they are; a font
 * in the package that has it, another process of the app in the bundle.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What each app starts, processes and threads, as files of its dist/ without their ending. */
const PROCESSES = {
  api: ['main'],
  cli: ['main', 'graphs/graph-process'],
  worker: ['main', 'inference/main', 'inference/graph-thread'],
};
/** Have parts that are no JavaScript, and are read from where they are installed. By the exports that we use. */
const NATIVE_PACKAGES = { sharp: [], 'onnxruntime-node': ['InferenceSession', 'Tensor'] };
const STAMP = '.complete';
/** Of a chunk: the repository's root, whatever folder of the bundle the chunk is in. */
const ROOT_NAME = '__repositoryRoot';

const asked = process.argv.slice(2);
for (const app of asked.length > 0 ? asked : Object.keys(PROCESSES)) {
  if (!isCurrent(app)) await bundle(app);
}

/** @param {string} app */
async function bundle(app) {
  const dist = join(ROOT, 'apps', app, 'dist');
  const folder = join(ROOT, 'apps', app, 'bundle');
  // Made beside it, so that a process that starts meanwhile never finds half of it.
  const staging = `${folder}.${process.pid}`;
  // Mostly there is nothing to do, and then nothing to load.
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({
    input: Object.fromEntries(PROCESSES[app].map((name) => [name, join(dist, `${name}.js`)])),
    cwd: ROOT,
    platform: 'node',
    plugins: [nativePackages(), ownPlaces(dist, folder)],
  });
  try {
    await bundled.write({
      dir: staging,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name].js',
      banner: ({ fileName }) =>
        `const ${ROOT_NAME} = new URL('${'../'.repeat(depthOf(fileName))}', import.meta.url);`,
    });
    writeFileSync(join(staging, STAMP), '');
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
  } catch (error) {
    // Of two that bundle at once the other was faster.
    if (!isCurrent(app)) throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
    await bundled.close();
  }
}

/** Of a chunk's folder below the repository's root. */
function depthOf(fileName) {
  return ['apps', 'app', 'bundle'].length + fileName.split('/').length - 1;
}

/** @returns {import('rolldown').Plugin} */
function nativePackages() {
  const prefix = '\0native:';
  return {
    name: 'native-packages',
    resolveId(name, importer) {
      // Each package of ours has its own dependencies: a module of it is where to look for them.
      return name in NATIVE_PACKAGES && importer ? `${prefix}${name}:${placeOf(importer)}` : null;
    },
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const [name, place] = id.slice(prefix.length).split(':');
      const exported = NATIVE_PACKAGES[name];
      return [
        `import { createRequire } from 'node:module';`,
        `const native = createRequire(new URL(${JSON.stringify(place)}, ${ROOT_NAME}))(${JSON.stringify(name)});`,
        `export default native;`,
        ...exported.map((part) => `export const ${part} = native.${part};`),
      ].join('\n');
    },
  };
}

/** @returns {import('rolldown').Plugin} */
function ownPlaces(dist, folder) {
  return {
    name: 'own-places',
    transform(code, id) {
      if (!code.includes('import.meta.url') || !isOurs(id)) return null;
      const place = placeOf(id.startsWith(dist + sep) ? join(folder, relative(dist, id)) : id);
      return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, ${ROOT_NAME}).href`);
    },
  };
}

function isOurs(path) {
  return path.startsWith(ROOT) && !placeOf(path).split('/').includes('node_modules');
}

function placeOf(path) {
  return relative(ROOT, path).split(sep).join('/');
}

function isCurrent(app) {
  const stamp = join(ROOT, 'apps', app, 'bundle', STAMP);
  if (!existsSync(stamp)) return false;
  const madeMs = statSync(stamp).mtimeMs;
  const sources = [
    fileURLToPath(import.meta.url),
    join(ROOT, 'pnpm-lock.yaml'),
    ...modulesOf(join(ROOT, 'apps', app)),
    ...readdirSync(join(ROOT, 'packages')).flatMap((name) => modulesOf(join(ROOT, 'packages', name))),
  ];
  return sources.every((path) => statSync(path).mtimeMs < madeMs);
}

/** Those that the compiler has made. */
function modulesOf(folder) {
  const dist = join(folder, 'dist');
  if (!existsSync(dist)) return [];
  return readdirSync(dist, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(dist, name));
}
