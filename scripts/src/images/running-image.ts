import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { guardAgainstOrphan } from '@darkroom/private-redis';
import { childEnvironment } from '../environment.js';
import { ExpectedFailure } from '../expected-failure.js';
import { RecentLines } from '../recent-lines.js';
import type { ImageConfig } from './buildah.js';
import { CONTAINED } from './contained-command.js';
import { ENTER_IMAGE } from './enter-image.js';
import { childOf, namespaceOf, type ProcessInImage, processesIn } from './process-namespace.js';

export interface RunOptions {
  /** What it is called in messages. */
  readonly name: string;
  /** Folder with the files of the image. */
  readonly root: string;
  readonly config: ImageConfig;
  /** Instead of what the image runs by itself. */
  readonly args?: readonly string[];
  /** Variables on top of those of the image. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders to be seen inside, as `folder:path in the image:ro` or `…:rw`. */
  readonly volumes?: readonly string[];
}

const START_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/**
 * An image that runs as it would with `--read-only --tmpfs /tmp --cap-drop ALL` and as process 1, in the network of this
 * machine. It ends with this process.
 */
export class RunningImage {
  readonly #options: RunOptions;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #output = new RecentLines();
  #mainPid: number | undefined;
  #namespace = '';

  private constructor(options: RunOptions) {
    this.#options = options;
    const { Entrypoint, Cmd } = options.config;
    const command = [...(Entrypoint ?? []), ...(options.args ?? Cmd ?? [])];
    this.#child = spawn(
      'unshare',
      [...CONTAINED, 'sh', '-c', ENTER_IMAGE, 'sh', ...this.#place(), ...command],
      {
        env: childEnvironment({}),
        stdio: ['ignore', 'pipe', 'pipe'],
        // Ctrl-C reaches us alone, and we stop what runs.
        detached: true,
      },
    );
    // Unlike `exit`, this comes when all that it has written is here.
    this.#ended = once(this.#child, 'close');
    // Nobody may be waiting for it when it comes.
    this.#ended.catch(() => {});
    for (const output of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input: output }).on('line', (line) => this.#output.add(line));
    }
    if (this.#child.pid !== undefined) {
      const guard = guardAgainstOrphan(this.#child.pid);
      this.#child.once('exit', () => guard.release());
    }
  }

  /** Runs an image until it ends by itself. @throws ExpectedFailure when it does not */
  static async runToEnd(options: RunOptions): Promise<RunningImage> {
    const running = new RunningImage(options);
    try {
      await running.#untilEnded('does not end');
      return running;
    } finally {
      await running.kill();
    }
  }

  /** @throws ExpectedFailure when it ends at once */
  static async start(options: RunOptions): Promise<RunningImage> {
    const running = new RunningImage(options);
    const deadlineMs = Date.now() + START_TIMEOUT_MS;
    while (running.#mainPid === undefined) {
      running.throwIfEnded();
      if (Date.now() > deadlineMs) throw new ExpectedFailure(`${options.name} does not start`);
      running.#mainPid = childOf(running.#child.pid!);
      await pause(POLL_MS);
    }
    running.#namespace = namespaceOf(running.#mainPid);
    return running;
  }

  /** The last lines it has written. */
  get output(): string {
    return this.#output.toString();
  }

  /** Of its first process, which is the one of the image; `null` as long as it runs, or when a signal has ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  get processes(): ProcessInImage[] {
    return processesIn(this.#namespace);
  }

  throwIfEnded(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return;
    throw new ExpectedFailure(`${this.#options.name} has ended (${signalCode ?? exitCode}):\n${this.output}`);
  }

  /** Runs the health check of the image, as its user. @param env on top of the variables it runs with */
  async isHealthy(env: Readonly<Record<string, string>> = {}): Promise<boolean> {
    const [kind, ...command] = this.#options.config.Healthcheck?.Test ?? [];
    if (kind !== 'CMD') throw new ExpectedFailure(`expected a health check with a command, got "${kind}"`);
    const [userId, groupId] = this.#options.config.User.split(':') as [string, string];
    const inside = ['--target', String(this.#mainPid), '--mount', '--pid', '--root', '--wd'];
    const user = ['--setuid', userId, '--setgid', groupId];
    const variables = [...this.#variables(), ...pairs(env)];
    const args = [...inside, ...user, ...['env', '--ignore-environment', ...variables], ...command];
    const check = spawn('nsenter', args, { stdio: 'ignore' });
    const [code] = (await once(check, 'exit')) as [number | null];
    return code === 0;
  }

  /** Sends SIGTERM to process 1, as `docker stop` does, and waits. @throws ExpectedFailure when it does not obey */
  async stop(): Promise<void> {
    process.kill(this.#mainPid!, 'SIGTERM');
    await this.#untilEnded('does not stop at SIGTERM');
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    // The processes inside go with this one.
    this.#child.kill('SIGKILL');
    await this.#ended.catch(() => {});
  }

  async #untilEnded(orElse: string): Promise<void> {
    const late = Symbol('late');
    const ending = await Promise.race([this.#ended, pause(END_TIMEOUT_MS, late, { ref: false })]);
    if (ending === late) throw new ExpectedFailure(`${this.#options.name} ${orElse}:\n${this.output}`);
  }

  /** The arguments of the script before the command: where it is run, as whom, with which variables. */
  #place(): string[] {
    const { root, config, volumes = [] } = this.#options;
    return [root, config.User, config.WorkingDir, ...volumes, '--', ...this.#variables()];
  }

  #variables(): string[] {
    return [...this.#options.config.Env, ...pairs(this.#options.env)];
  }
}

function pairs(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
