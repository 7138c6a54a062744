import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer, REDIS_SERVER_PROGRAMS } from './find-redis-server.js';
import { freePort } from './free-port.js';
import { guardAgainstOrphan, type OrphanGuard } from './orphan-guard.js';
import { pingRedis } from './ping-redis.js';

export interface PrivateRedisOptions {
  /** Keep an append-only file, so that {@link PrivateRedis.restart} finds everything again. */
  readonly appendOnly?: boolean;
  /** The loopback port to use; a free one when left out. */
  readonly port?: number;
  /** An existing folder for its data, which stays; when left out, a temporary one that goes with the server. */
  readonly folder?: string;
  /** The most its data may take, as Redis writes it (`2gb`), after which it refuses more; no limit when left out. */
  readonly maxMemory?: string;
  /** How long it may take to answer: a large append-only file has to be read first. 10 s when left out. */
  readonly startTimeoutMs?: number;
  /** Called when the server ends without having been told to. */
  readonly onDeath?: (reason: string) => void;
}

/** A Redis server of one's own, on a loopback port. */
export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  /** Process id; another one after {@link restart}. */
  readonly pid: number;
  /** Ends the server and removes its temporary folder, if it has one. */
  stop(): Promise<void>;
  /** Sends a signal; after one that ends the server, waits until it has ended. Its folder stays. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the server again on the same port and data, after stopping it if it still runs. */
  restart(): Promise<void>;
}

const DEFAULT_START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5000;
const PORT_ATTEMPTS = 5;

/**
 * Starts a private Redis (or Valkey) and waits until it answers. It goes away with this process, even when
 * this process is killed: see {@link guardAgainstOrphan}.
 *
 * @throws Error when there is no server on PATH or it doesn't start; the message holds what it said
 */
export async function startPrivateRedis(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
  const program = findRedisServer();
  if (program === null) {
    throw new Error(`none of ${REDIS_SERVER_PROGRAMS.join(', ')} is on PATH; \`npm run setup\` installs one`);
  }
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'darkroom-redis-')));
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const server = new RedisProcess(program, folder, port, options);
    try {
      await server.start();
      return server;
    } catch (error) {
      // Between finding a port free and using it another process may have taken it.
      const otherPortMayHelp = options.port === undefined && attempt < PORT_ATTEMPTS;
      if (otherPortMayHelp && /address already in use/i.test(String(error))) continue;
      await server.removeTemporaryFolder();
      throw error;
    }
  }
}

class RedisProcess implements PrivateRedis {
  readonly url: string;
  #child: ChildProcess | undefined;
  #guard: OrphanGuard | undefined;
  #output = '';
  /** Whether the server may end without that being reported. */
  #endExpected = true;

  constructor(
    private readonly program: string,
    private readonly folder: string,
    readonly port: number,
    private readonly options: PrivateRedisOptions,
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the private Redis does not run');
    return pid;
  }

  async start(): Promise<void> {
    this.#output = '';
    const child = spawn(this.program, this.#arguments(), {
      // A session of its own: Ctrl-C reaches the owner, which stops what uses Redis before Redis itself.
      detached: true,
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-8192);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => collect(Buffer.from(error.message)));
    this.#child = child;
    const removeFolder = this.options.folder === undefined ? this.folder : undefined;
    if (child.pid !== undefined) this.#guard = guardAgainstOrphan(child.pid, { removeFolder });
    child.once('exit', (code, signal) => this.#ended(child, code, signal));
    await this.#untilItAnswers(child);
    this.#endExpected = false;
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await this.removeTemporaryFolder();
  }

  async removeTemporaryFolder(): Promise<void> {
    if (this.options.folder === undefined) await rm(this.folder, { recursive: true, force: true });
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      process.kill(this.pid, signal);
      return;
    }
    await this.#end(signal);
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.start();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || hasEnded(child)) return;
    this.#endExpected = true;
    const ended = once(child, 'exit');
    child.kill(signal);
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(deadline);
  }

  #ended(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (child === this.#child) this.#guard?.release();
    if (!this.#endExpected) this.options.onDeath?.(signal ? `killed by ${signal}` : `exit code ${code}`);
    this.#endExpected = true;
  }

  /**
   * Waits for the server's own word that it is ready, then for its PONG. A PONG alone could come from another
   * server that took the port first.
   */
  async #untilItAnswers(child: ChildProcess): Promise<void> {
    const timeoutMs = this.options.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
    const deadline = Date.now() + timeoutMs;
    while (!hasEnded(child) && child.pid !== undefined) {
      if (/ready to accept connections/i.test(this.#output)) return pingRedis(this.url, timeoutMs);
      if (Date.now() > deadline) {
        await this.#end('SIGKILL');
        throw new Error(`${this.program} did not start within ${timeoutMs} ms: ${this.#output.trim()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${this.program} did not start on port ${this.port}: ${this.#output.trim()}`);
  }

  #arguments(): string[] {
    const settings: Record<string, string> = {
      port: String(this.port),
      bind: '127.0.0.1',
      dir: this.folder,
      daemonize: 'no',
      save: '',
      appendonly: this.options.appendOnly ? 'yes' : 'no',
      maxmemory: this.options.maxMemory ?? '0',
      'maxmemory-policy': 'noeviction',
    };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
