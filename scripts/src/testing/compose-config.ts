import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'yaml';
import { REPOSITORY_ROOT } from '../repository-root.js';

/** A service of docker-compose.yml with everything filled in, in the words of `docker-compose config`. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly target?: string };
  readonly command?: string | readonly string[];
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly container_name?: string;
  /** `127.0.0.1:8080:8080/tcp`, or the same in parts. */
  readonly ports?: readonly (string | { readonly host_ip?: string; readonly published: string })[];
  /** `folder:/path`, perhaps with `:ro` or `:rw`, or the same in parts. */
  readonly volumes?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly profiles?: readonly string[];
  readonly stop_grace_period?: string;
  readonly deploy?: {
    readonly resources: {
      readonly reservations: {
        readonly devices: readonly { readonly driver: string; readonly capabilities: readonly string[] }[];
      };
    };
  };
}

const PROFILES = ['--profile', 'gpu', '--profile', 'models'];
const PROGRAMS = [['docker-compose'], ['docker', 'compose']] as const;

/** The words that call docker-compose here, or `null` where there is none. */
export const dockerCompose = PROGRAMS.find((words) => answers(words)) ?? null;

if (dockerCompose === null) console.info('skipping tests of docker-compose.yml: there is no docker-compose');

/** All services, those of profiles too, as they are with these variables and no others. */
export function composeServices(
  variables: Readonly<Record<string, string>> = {},
): Readonly<Record<string, ComposeService>> {
  const [program, ...words] = dockerCompose!;
  // An env file without variables: a .env of one's own must not count.
  const options = ['--env-file', join(REPOSITORY_ROOT, '.env.example'), ...PROFILES];
  const output = execFileSync(program!, [...words, ...options, 'config'], {
    cwd: REPOSITORY_ROOT,
    env: { PATH: process.env.PATH, ...variables },
    encoding: 'utf8',
  });
  return (parse(output) as { services: Record<string, ComposeService> }).services;
}

function answers([program, ...words]: readonly string[]): boolean {
  try {
    execFileSync(program!, [...words, 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
