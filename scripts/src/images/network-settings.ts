import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../environment.js';
import { CommandFailed, runLogged } from '../logged-command.js';

/** How this machine reaches package registries, for builds to do the same. */
export interface NetworkSettings {
  /** Files to be seen during a build, as `file:path in the image:ro`. They do not get into the image. */
  readonly volumes: readonly string[];
  /** Where apt gets a release of Debian from, or `null` where it gets another one. */
  readonly debianMirror: string | null;
}

const NPM_SETTINGS = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy'];
const APT_SETTINGS = /^Acquire::(https?::|Check-|Retries)/;
const CERTIFICATES_IN_IMAGE = '/root/.npm-certificates.crt';

/**
 * Asks npm and apt for their settings.
 *
 * @param folder where to write files that are to be seen during builds
 * @param release name of the Debian release that the images are based on
 */
export async function readNetworkSettings(
  folder: string,
  release: string,
  certificatesFile: string | undefined,
): Promise<NetworkSettings> {
  mkdirSync(folder, { recursive: true });
  const npm = await npmSettings();
  const certificates = npm.cafile ?? certificatesFile;
  const settings = { ...npm, ...(certificates && { cafile: CERTIFICATES_IN_IMAGE }) };
  const npmrc = write(join(folder, 'npmrc'), lines(settings));
  const aptConf = write(join(folder, 'apt.conf'), await aptSettings());
  return {
    volumes: [
      `${npmrc}:/root/.npmrc:ro`,
      `${aptConf}:/etc/apt/apt.conf.d/90this-machine:ro`,
      ...(certificates ? [`${certificates}:${CERTIFICATES_IN_IMAGE}:ro`] : []),
    ],
    debianMirror: await debianMirror(release),
  };
}

async function npmSettings(): Promise<Record<string, string>> {
  const output = await ask('npm', 'config', 'get', ...NPM_SETTINGS);
  const pairs = output.split('\n').map((line) => /^([a-z-]+)=(.+)$/.exec(line.trim()));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair && pair[2] !== 'null' ? [[pair[1], pair[2]]] : [])),
  );
}

async function aptSettings(): Promise<string> {
  const output = await ask('apt-config', 'dump', '--format', '%f "%v";%n', 'Acquire');
  return output
    .split('\n')
    .filter((line) => APT_SETTINGS.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

async function debianMirror(release: string): Promise<string | null> {
  const filters = ['Identifier: Packages', `Codename: ${release}`, 'Label: Debian', 'Component: main'];
  const output = await ask('apt-get', 'indextargets', '--format', '$(REPO_URI)', ...filters);
  return output.split('\n')[0]?.trim() || null;
}

/** What a tool answers; nothing when it is not there or has no answer. */
async function ask(program: string, ...args: string[]): Promise<string> {
  try {
    return await runLogged(program, args, { env: childEnvironment({}) });
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing || error instanceof CommandFailed) return '';
    throw error;
  }
}

function lines(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function write(path: string, text: string): string {
  writeFileSync(path, text);
  return path;
}
