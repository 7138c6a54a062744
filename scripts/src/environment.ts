import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from './repository-root.js';

/** The worker's own default. */
const DEFAULT_SHUTDOWN_GRACE_SECONDS = 8;

/** What the scripts want to know of the environment. Everything else is for the services, which check it. */
export interface Environment {
  /** An existing Redis to use instead of a private one. */
  readonly redisUrl: string | undefined;
  /** The most that a private Redis of the all-in-one image may hold, as Redis writes it: `512mb`. */
  readonly redisMaxMemory: string | undefined;
  readonly host: string;
  /** As it was given: what is no port number, the api reports together with all other mistakes. */
  readonly port: string | undefined;
  /** How long a worker that is stopped lets its running jobs go on. */
  readonly shutdownGraceSeconds: number;
  /** Whether programs may be installed on this machine. */
  readonly mayInstall: boolean;
  readonly searchPath: string;
  /** A file of certificates that Node trusts besides its own. */
  readonly certificatesFile: string | undefined;
}

/**
 * The one place of the scripts that reads environment variables.
 *
 * @param envFile whether `.env` in the repository's root counts too; variables that are set win over it
 */
export function readEnvironment({ envFile }: { envFile: boolean }): Environment {
  const path = join(REPOSITORY_ROOT, '.env');
  if (envFile && existsSync(path)) process.loadEnvFile(path);
  const { REDIS_URL, REDIS_MAXMEMORY, HOST, PORT, SHUTDOWN_GRACE_SECONDS } = process.env;
  const { DARKROOM_NO_INSTALL, PATH, NODE_EXTRA_CA_CERTS } = process.env;
  return {
    redisUrl: REDIS_URL || undefined,
    redisMaxMemory: REDIS_MAXMEMORY || undefined,
    host: HOST || '127.0.0.1',
    port: PORT || undefined,
    shutdownGraceSeconds: Number(SHUTDOWN_GRACE_SECONDS) || DEFAULT_SHUTDOWN_GRACE_SECONDS,
    mayInstall: !DARKROOM_NO_INSTALL || DARKROOM_NO_INSTALL === '0',
    searchPath: PATH ?? '',
    certificatesFile: NODE_EXTRA_CA_CERTS || undefined,
  };
}

/** The environment of a child process: ours, with some variables set and, where `undefined`, left out. */
export function childEnvironment(overrides: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return { ...process.env, ...overrides };
}

/** Whether output may move and have colours: on a terminal, unless CI or NO_COLOR say otherwise. */
export function terminalAbilities(): { interactive: boolean; colorful: boolean } {
  const interactive = Boolean(process.stdout.isTTY) && !process.env.CI;
  return { interactive, colorful: interactive && !process.env.NO_COLOR };
}
