import { copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../environment.js';
import { ExpectedFailure } from '../expected-failure.js';
import { runLogged } from '../logged-command.js';
import type { Buildah } from './buildah.js';
import { runContained } from './contained-command.js';

export interface BaseImage {
  /** As the Dockerfiles call it. */
  readonly name: string;
  /** The Debian release that it is made of. */
  readonly release: string;
}

const LABEL = 'darkroom.stand-in';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The base image of a Dockerfile: the default of its `NODE_IMAGE`. @throws ExpectedFailure when it has none */
export function baseImageOf(dockerfile: string): BaseImage {
  const [, name, release] = /^ARG NODE_IMAGE=(\S+:\d+-([a-z]+)-slim)$/m.exec(dockerfile) ?? [];
  if (name === undefined || release === undefined) {
    throw new ExpectedFailure(
      'expected a line like "ARG NODE_IMAGE=node:24-bookworm-slim" in the Dockerfile, with a release of Debian in it',
    );
  }
  return { name, release };
}

/**
 * Makes what stands in for the base image where no registry of images can be reached: Debian's smallest system, with
 * the Node and npm of this machine, under the name of the base image.
 *
 * @returns whether it had to be made; one that was made before for the same Node is used again
 */
export async function ensureStandInBase(
  buildah: Buildah,
  base: BaseImage,
  options: { readonly folder: string; readonly mirror: string | null; readonly signal: AbortSignal },
): Promise<boolean> {
  const label = `${base.release}, Node ${process.versions.node}`;
  if ((await buildah.config(base.name))?.Labels?.[LABEL] === label) return false;
  const tree = mkdtempSync(join(options.folder, 'stand-in-'));
  try {
    const source = options.mirror === null ? [] : [options.mirror];
    const debootstrap = ['--variant=minbase', base.release, tree, ...source];
    await runContained('debootstrap', debootstrap, { signal: options.signal });
    await addNode(tree);
    await makeLikeBase(tree);
    await buildah.commit(tree, base.name, ['--env', `PATH=${PATH}`, '--label', `${LABEL}=${label}`]);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
  return true;
}

async function addNode(tree: string): Promise<void> {
  const env = childEnvironment({});
  const globalModules = (await runLogged('npm', ['root', '--global'], { env })).trim();
  const programs = join(tree, 'usr/local/bin');
  copyFileSync(process.execPath, join(programs, 'node'));
  cpSync(join(globalModules, 'npm'), join(tree, 'usr/local/lib/node_modules/npm'), {
    recursive: true,
    dereference: true,
  });
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(programs, name));
  }
  // A Node that leans on libraries of this machine does not run there.
  await runLogged('chroot', [tree, 'npm', '--version'], { env: { PATH } }).catch((error: Error) => {
    throw new ExpectedFailure(
      `${process.execPath} does not run outside this machine's system; use a Node from nodejs.org.\n${error.message}`,
    );
  });
}

/** What images made of Debian have beyond a plain installation, as far as ours could notice. */
async function makeLikeBase(tree: string): Promise<void> {
  // Packages start no services while they are installed.
  writeFileSync(join(tree, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  await runLogged('chroot', [tree, 'useradd', '--uid', '1000', '--create-home', 'node'], { env: { PATH } });
}
