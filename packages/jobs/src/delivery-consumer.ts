import { type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Delivery } from './delivery-queues.js';
import { JobKeys } from './job-keys.js';

/** What became of a delivery: done with, or to be delivered again (to anyone). */
export type DeliveryOutcome = 'done' | 'again';

/**
 * Chosen so that the jobs of a worker that died run elsewhere within 15 seconds: its locks are gone after
 * `LOCK_MS`, and two stall checks later (the first marks, the second moves) the deliveries wait again. BullMQ's
 * own defaults take up to a minute.
 */
const LOCK_MS = 5_000;
const STALL_CHECK_MS = 2_500;

/** Deaths are counted in the job record; BullMQ's own count must not get in the way. */
const STALLS_WITHOUT_END = 1_000_000;

/** Takes the deliveries of one queue, as many at a time as `concurrency`, once it is opened. */
export class DeliveryConsumer {
  readonly #worker: Worker<Delivery>;
  readonly #onError: (error: Error) => void;

  constructor(
    queue: string,
    handle: (jobId: string) => Promise<DeliveryOutcome>,
    options: {
      readonly redis: Redis;
      readonly namespace: string;
      readonly concurrency: number;
      readonly onError: (error: Error) => void;
    },
  ) {
    const prefix = new JobKeys(options.namespace).tag;
    const markerKey = `${prefix}:${queue}:marker`;
    const process = async (delivery: Job<Delivery>, lockToken?: string) => {
      if ((await handle(delivery.data.jobId)) === 'done') return;
      await delivery.moveToWait(lockToken);
      // BullMQ wakes nobody for a delivery with priority that is put back: waiting workers would see it late.
      await options.redis.zadd(markerKey, 0, '0');
      throw new WaitingError();
    };
    this.#worker = new Worker<Delivery>(queue, process, {
      connection: options.redis,
      prefix,
      autorun: false,
      concurrency: options.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALL_CHECK_MS,
      maxStalledCount: STALLS_WITHOUT_END,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      skipVersionCheck: true,
    });
    this.#onError = options.onError;
    this.#worker.on('error', options.onError);
    this.#checkForStalled();
  }

  /** Takes deliveries from now on. */
  open(): void {
    // Also starts it for the first time; BullMQ's run() would do nothing after a pause.
    void this.#worker.resume().catch((error: Error) => this.#onError(error));
  }

  /** Takes no more deliveries until it is opened again; those in hand go on. */
  async pause(): Promise<void> {
    await this.#worker.pause(true);
    this.#checkForStalled();
  }

  /** Takes no more deliveries until it is opened again, and returns when those in hand are done. */
  async finish(): Promise<void> {
    await this.#worker.pause();
    this.#checkForStalled();
  }

  /** Takes no more deliveries and returns when those in hand are done. */
  async close(): Promise<void> {
    await this.#worker.close();
  }

  /** Lets go of everything at once, as a process that dies does; what was in hand is for others to find. */
  async abandon(): Promise<void> {
    await this.#worker.close(true);
  }

  /**
   * Looks for deliveries of workers that died, also while it is paused (BullMQ's pause stops that): else what such
   * a worker held would not be seen to wait, and nobody would open the queue for it.
   */
  #checkForStalled(): void {
    void this.#worker.startStalledCheckTimer().catch((error: Error) => this.#onError(error));
  }
}
