import type { Environment } from '../environment.js';
import { ExpectedFailure } from '../expected-failure.js';
import { installWithApt } from '../install-with-apt.js';
import { canInstallWithApt } from '../installation-advice.js';
import { step } from '../step.js';
import { thisSystem } from '../this-system.js';

/** All of them have the name of their Debian package. */
const PROGRAMS = ['buildah', 'debootstrap'];

/**
 * Makes sure that images can be built and run here.
 *
 * @throws ExpectedFailure that says what is missing and how to get it
 */
export async function ensureRequiredPrograms({ searchPath, mayInstall }: Environment): Promise<void> {
  const system = thisSystem(searchPath);
  if (!system.isRoot || !system.hasProgram('unshare')) {
    throw new ExpectedFailure(
      'Images are built in namespaces and a file tree of their own: that takes root, and Linux. Try: sudo npm run images',
    );
  }
  const missing = PROGRAMS.filter((name) => !system.hasProgram(name));
  if (missing.length === 0) return;
  if (!mayInstall || !canInstallWithApt(system)) {
    throw new ExpectedFailure(
      `There is no ${missing.join(' and no ')} on PATH. On Debian and Ubuntu: apt-get install -y ${missing.join(' ')}`,
    );
  }
  const names = missing.join(' and ');
  await step({ doing: `installing ${names} with apt`, done: `${names} installed` }, () =>
    installWithApt(missing),
  );
}
