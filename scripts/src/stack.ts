import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DarkroomClient, DarkroomProblem, DarkroomUnreachable } from '@darkroom/client';
import { type PrivateRedis, type PrivateRedisOptions, startPrivateRedis } from '@darkroom/private-redis';
import { childEnvironment } from './environment.js';
import { ExpectedFailure } from './expected-failure.js';
import { REPOSITORY_ROOT } from './repository-root.js';
import { RestartBackoff } from './restart-backoff.js';
import { type ProcessListener, SupervisedProcess } from './supervised-process.js';

export interface StackOptions extends ProcessListener {
  /** An existing Redis to use instead of a private one. */
  readonly redisUrl: string | undefined;
  /** What a private one keeps and where; when left out, its data goes when it goes. */
  readonly privateRedis?: Pick<PrivateRedisOptions, 'folder' | 'maxMemory' | 'startTimeoutMs'>;
  /** Where to ask the api, from this machine. */
  readonly url: string;
  /** How long the worker lets running jobs go on when it is stopped. */
  readonly shutdownGraceSeconds: number;
  /** Variables for api and worker on top of ours. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const FIRST_READY_POLL_MS = 50;
const LONGEST_READY_POLL_MS = 1000;
const API_STOP_TIMEOUT_MS = 15_000;
/** On top of the grace that the worker itself gives to running jobs. */
const WORKER_STOP_MARGIN_MS = 10_000;
/** What a dying part had to say may arrive after its end, and the others may have something to say as well. */
const LAST_WORDS_MS = 500;

/** Redis, api and worker: started together, stopped in order. */
export class Stack {
  readonly client: DarkroomClient;
  /** Rejects when a part dies that is not started again. */
  readonly death: Promise<never>;
  readonly #options: StackOptions;
  readonly #redisBackoff = new RestartBackoff();
  readonly #parts: SupervisedProcess[] = [];
  #reportDeath: (cause: Error) => void = () => {};
  #redis: PrivateRedis | undefined;
  #redisStartedAtMs = 0;
  #redisTimer: NodeJS.Timeout | undefined;
  #keptAlive = false;
  #stopping = false;

  constructor(options: StackOptions) {
    this.#options = options;
    this.client = new DarkroomClient({ baseUrl: options.url });
    this.death = new Promise((_, reject) => {
      this.#reportDeath = reject;
    });
    // Nobody may be waiting for it when it comes.
    this.death.catch(() => {});
  }

  /**
   * Starts everything and waits until jobs can be taken and run, or until a worker says that it has no models:
   * waiting longer would not help then.
   *
   * @param readyTimeoutMs large models take their time: they are read whole and checked first
   * @throws ExpectedFailure when a part dies on the way or it takes too long
   */
  async start(readyTimeoutMs: number): Promise<void> {
    const redisUrl = this.#options.redisUrl ?? (await this.#startRedis());
    const env = childEnvironment({ ...this.#options.env, REDIS_URL: redisUrl });
    this.#startPart('api', env, API_STOP_TIMEOUT_MS);
    this.#startPart('worker', env, this.#options.shutdownGraceSeconds * 1000 + WORKER_STOP_MARGIN_MS);
    await Promise.race([this.#untilReady(readyTimeoutMs), this.death]);
  }

  /** From now on a part that dies is started again. */
  keepAlive(): void {
    this.#keptAlive = true;
    for (const part of this.#parts) part.keepAlive();
  }

  /** Stops the api first, so that nothing new comes in, then the worker, then what both need. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#redisTimer);
    for (const part of this.#parts) await part.stop();
    await this.#redis?.stop();
  }

  /** Ends everything at once. */
  async kill(): Promise<void> {
    this.#stopping = true;
    for (const part of this.#parts) part.kill();
    await this.#redis?.stop();
  }

  #startPart(name: string, env: NodeJS.ProcessEnv, stopTimeoutMs: number): void {
    if (this.#stopping) return;
    const main = join(REPOSITORY_ROOT, 'apps', name, 'bundle', 'main.js');
    const part = new SupervisedProcess(
      { name, program: process.execPath, args: [main], cwd: REPOSITORY_ROOT, env, stopTimeoutMs },
      {
        onLine: (part, line) => this.#options.onLine(part, line),
        onDeath: (part, reason, restartsInMs) => this.#died(part, reason, restartsInMs),
      },
    );
    this.#parts.push(part);
    part.start();
  }

  async #startRedis(): Promise<string> {
    const redis = await startPrivateRedis({
      ...this.#options.privateRedis,
      // Its own death shall lose nothing, even where its folder goes when we go.
      appendOnly: true,
      onDeath: (reason) => this.#redisDied(reason),
    }).catch((error: Error) => {
      throw new ExpectedFailure(error.message);
    });
    this.#redis = redis;
    this.#redisStartedAtMs = Date.now();
    // We may have been told to stop meanwhile, when there was nothing to stop yet.
    if (this.#stopping) await redis.stop();
    return redis.url;
  }

  #redisDied(reason: string): void {
    if (this.#stopping) return;
    const livedMs = Date.now() - this.#redisStartedAtMs;
    const restartsInMs = this.#keptAlive ? this.#redisBackoff.nextMs(livedMs) : null;
    this.#died('redis', reason, restartsInMs);
    if (restartsInMs !== null) this.#redisTimer = setTimeout(() => this.#restartRedis(), restartsInMs);
  }

  #restartRedis(): void {
    this.#redisStartedAtMs = Date.now();
    this.#redis?.restart().catch((error: Error) => this.#redisDied(error.message));
  }

  #died(part: string, reason: string, restartsInMs: number | null): void {
    this.#options.onDeath(part, reason, restartsInMs);
    if (restartsInMs !== null) return;
    setTimeout(
      () => this.#reportDeath(new ExpectedFailure(`the ${part} has ended: ${reason}`)),
      LAST_WORDS_MS,
    );
  }

  async #untilReady(timeoutMs: number): Promise<void> {
    const deadlineMs = Date.now() + timeoutMs;
    for (
      let pollMs = FIRST_READY_POLL_MS;
      !this.#stopping;
      pollMs = Math.min(pollMs * 1.5, LONGEST_READY_POLL_MS)
    ) {
      const missing = await this.#whatIsMissing();
      if (missing === '' || (await this.#hasWorkerWithoutModels())) return;
      if (Date.now() > deadlineMs) {
        throw new ExpectedFailure(`the service is not ready after ${timeoutMs / 1000} s: ${missing}`);
      }
      await pause(pollMs);
    }
  }

  async #whatIsMissing(): Promise<string> {
    try {
      const { status, checks } = await this.client.readiness({ signal: AbortSignal.timeout(5000) });
      if (status === 'ready') return '';
      const failing = Object.entries(checks).filter(([, { ok }]) => !ok);
      return failing.map(([name, { detail }]) => `${name}: ${detail}`).join('; ') || 'it does not say why';
    } catch (error) {
      const isNoAnswer = error instanceof DarkroomUnreachable || error instanceof DarkroomProblem;
      return isNoAnswer ? error.message : String(error);
    }
  }

  async #hasWorkerWithoutModels(): Promise<boolean> {
    const workers = await this.client.workers({ signal: AbortSignal.timeout(5000) }).catch(() => []);
    return workers.length > 0 && workers.every(({ models }) => models.length === 0);
  }
}
