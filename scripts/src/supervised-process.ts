import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { guardAgainstOrphan } from '@darkroom/private-redis';
import { RestartBackoff } from './restart-backoff.js';

export interface ProcessSpec {
  /** What it is called in logs: `api`, `worker`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** How long it has to obey SIGTERM. */
  readonly stopTimeoutMs: number;
}

export interface ProcessListener {
  /** A line of its output. */
  onLine(name: string, line: string): void;
  /** It ended without having been told to; it is started again by itself unless `restartsInMs` is `null`. */
  onDeath(name: string, reason: string, restartsInMs: number | null): void;
}

/** A child process that, once {@link keepAlive} is called, is started again whenever it dies. */
export class SupervisedProcess {
  readonly #spec: ProcessSpec;
  readonly #listener: ProcessListener;
  readonly #backoff = new RestartBackoff();
  #child: ChildProcess | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #keptAlive = false;
  #stopping = false;

  constructor(spec: ProcessSpec, listener: ProcessListener) {
    this.#spec = spec;
    this.#listener = listener;
  }

  start(): void {
    const { name, program, args, cwd, env } = this.#spec;
    const child = spawn(program, args, {
      cwd,
      env,
      // A session of its own: Ctrl-C reaches us alone, and we stop the parts in their order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const startedAtMs = Date.now();
    for (const output of [child.stdout, child.stderr]) {
      createInterface({ input: output }).on('line', (line) => this.#listener.onLine(name, line));
    }
    const guard =
      child.pid === undefined ? null : guardAgainstOrphan(child.pid, { group: true, graceSeconds: 10 });
    child.once('error', (error) => this.#died(error.message, startedAtMs));
    child.once('exit', (code, signal) => {
      guard?.release();
      this.#died(signal ? `killed by ${signal}` : `exit code ${code}`, startedAtMs);
    });
  }

  /** From now on it is started again when it dies. */
  keepAlive(): void {
    this.#keptAlive = true;
  }

  /** Ends it: SIGTERM, and when that takes too long SIGKILL for it and all it has started. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
    const child = this.#child;
    if (child?.pid === undefined) return;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const deadline = setTimeout(() => this.kill(), this.#spec.stopTimeoutMs);
      await ended;
      clearTimeout(deadline);
    }
    // Whatever it has started ends with it, or now.
    this.kill();
  }

  /** Ends it and all it has started at once. */
  kill(): void {
    this.#stopping = true;
    try {
      if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // There is nobody left in its group.
    }
  }

  #died(reason: string, startedAtMs: number): void {
    if (this.#stopping) return;
    const restartsInMs = this.#keptAlive ? this.#backoff.nextMs(Date.now() - startedAtMs) : null;
    this.#listener.onDeath(this.#spec.name, reason, restartsInMs);
    if (restartsInMs !== null) this.#restartTimer = setTimeout(() => this.start(), restartsInMs);
  }
}
