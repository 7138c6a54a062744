import { findRedisServer, pingRedis } from '@darkroom/private-redis';
import { redactUrl } from '@darkroom/service-kit';
import { type Environment, readEnvironment } from './environment.js';
import { ExpectedFailure, runAsScript } from './expected-failure.js';
import { installRedisWithApt } from './install-redis-with-apt.js';
import { canInstallWithApt, installationLine } from './installation-advice.js';
import { step } from './step.js';
import { terminal } from './terminal.js';
import { thisSystem } from './this-system.js';

/*
 * `ensure-redis.js <command>`: makes sure that what is about to run finds a Redis: the one of REDIS_URL, or a
 * program to start a private one with.
 */
await runAsScript(async () => {
  const environment = readEnvironment({ envFile: true });
  // These start servers of their own, whatever the service uses.
  const startsItsOwn = ['test', 'bench'].includes(process.argv[2]!);
  const usesRedisUrl = environment.redisUrl !== undefined && !startsItsOwn;
  if (usesRedisUrl) await checkRedisAnswers(environment.redisUrl);
  else if (findRedisServer(environment.searchPath) === null) await installRedis(environment);
});

async function checkRedisAnswers(url: string): Promise<void> {
  const shownUrl = redactUrl(url);
  await step({ doing: `asking ${shownUrl}`, done: `Redis answers at ${shownUrl}` }, () =>
    pingRedis(url),
  ).catch((error: Error) => {
    throw new ExpectedFailure(
      `REDIS_URL is ${shownUrl}, but no Redis answers there: ${error.message}\n` +
        '  Start it, correct REDIS_URL (it may stand in .env), or unset it: then a private Redis is started.',
    );
  });
}

async function installRedis(environment: Environment): Promise<void> {
  const system = thisSystem(environment.searchPath);
  if (!environment.mayInstall || !canInstallWithApt(system)) {
    const line = installationLine(system);
    const remedy =
      line === null ? 'Install Redis 7 or newer, or Valkey,' : `Install one with\n\n    ${line}\n\n `;
    const forbidden = environment.mayInstall ? '' : ' (DARKROOM_NO_INSTALL forbids to install one)';
    throw new ExpectedFailure(
      `There is no redis-server and no valkey-server on PATH${forbidden}.\n` +
        `  ${remedy} or set REDIS_URL to a Redis that runs. Then run the same command again.`,
    );
  }
  terminal.line('  No Redis here: installing redis-server with apt (DARKROOM_NO_INSTALL=1 would forbid it).');
  await step(
    { doing: 'installing redis-server with apt', done: 'redis-server installed' },
    installRedisWithApt,
  );
  if (findRedisServer(environment.searchPath) === null) {
    throw new ExpectedFailure(
      'apt has installed redis-server, but it is not on PATH. Set PATH so that it is found.',
    );
  }
}
