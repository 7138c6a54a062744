import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { childEnvironment } from './environment.js';
import { ExpectedFailure, runAsScript } from './expected-failure.js';
import { CommandFailed, runLogged } from './logged-command.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import { step } from './step.js';
import { terminal } from './terminal.js';

const tool = (...path: string[]) => join(REPOSITORY_ROOT, 'node_modules', ...path);

const CHECKS = [
  { name: 'style and lint', args: [tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '.'] },
  { name: 'architecture', args: [join(REPOSITORY_ROOT, 'scripts', 'dist', 'check-architecture.js')] },
  { name: 'types of the tests', args: [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.tests.json'] },
];

/* `npm test [what]`: all checks, then the tests. A check that fails doesn't keep the others from running. */
await runAsScript(async () => {
  const failed: string[] = [];
  for (const { name, args } of CHECKS) {
    await step({ doing: `checking ${name}`, done: `${name} checked` }, () =>
      runLogged(process.execPath, args, { cwd: REPOSITORY_ROOT, env: childEnvironment({}) }),
    ).catch((error: unknown) => {
      if (!(error instanceof CommandFailed)) throw error;
      terminal.line(`${terminal.paint('red', '✗')} ${name}: ${error.message}`);
      failed.push(name);
    });
  }
  if ((await runTests(process.argv.slice(2))) !== 0) failed.push('tests');
  if (failed.length > 0) throw new ExpectedFailure(`not in order: ${failed.join(', ')}`);
});

async function runTests(args: readonly string[]): Promise<number> {
  const vitest = spawn(process.execPath, [tool('vitest', 'vitest.mjs'), 'run', ...args], {
    cwd: REPOSITORY_ROOT,
    stdio: 'inherit',
  });
  // Ctrl-C reaches vitest by itself; we wait for it to clean up. Other signals are passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => vitest.kill('SIGTERM'));
  const [code] = (await once(vitest, 'exit')) as [number | null];
  return code ?? 1;
}
