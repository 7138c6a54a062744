import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { guardAgainstOrphan, type OrphanGuard } from '@darkroom/private-redis';

const REPOSITORY_ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LINES_KEPT = 400;

export type DarkroomApp = 'api' | 'worker';

/** A line of an app's log, as pino writes it. */
export interface LogRecord {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/**
 * An api or a worker as a process of its own, as it was built. It has its own process group, so that a test can
 * count what it leaves behind, and it ends with the test that started it.
 */
export class DarkroomProcess {
  readonly #child: ChildProcess;
  readonly #guard: OrphanGuard;
  readonly #lines: string[] = [];
  readonly #ended: Promise<unknown>;

  constructor(app: DarkroomApp, env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [`${REPOSITORY_ROOT}apps/${app}/bundle/main.js`], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#ended = once(this.#child, 'exit');
    this.#guard = guardAgainstOrphan(this.pid, { group: true, graceSeconds: 10 });
    for (const output of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input: output }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
      });
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last lines it printed. */
  get output(): string {
    return this.#lines.join('\n');
  }

  /** Waits for a line of its log. @throws Error with its output when it ends or takes too long */
  async logged(message: string, timeoutMs = 60_000): Promise<LogRecord> {
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      const record = this.#lines.map(parseLine).find((line) => line?.msg === message);
      if (record) return record;
      if (!this.isAlive || Date.now() > deadlineMs) {
        throw new Error(`"${message}" was not logged. Output:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Sends a signal to the process alone and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.isAlive) this.#child.kill(signal);
    await this.#ended;
    this.#guard.release();
  }

  /** Stops it in an orderly way; whatever it has started goes with it. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }
}

function parseLine(line: string): LogRecord | null {
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return null;
  }
}
