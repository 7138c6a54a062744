import { childEnvironment } from './environment.js';
import { runLogged } from './logged-command.js';

/**
 * Installs packages of Debian without what they merely recommend.
 *
 * @throws CommandFailed when apt fails
 */
export async function installWithApt(packages: readonly string[]): Promise<void> {
  const env = childEnvironment({ DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' });
  const apt = (...args: string[]) =>
    runLogged('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env });
  // One package source of several may be away while the one we need answers: the installation decides.
  const updateFailure = await apt('update').then(
    () => null,
    (error: unknown) => error,
  );
  await apt('install', '-y', '--no-install-recommends', ...packages).catch((error: unknown) => {
    throw updateFailure ?? error;
  });
}
