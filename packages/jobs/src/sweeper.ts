import type { Redis } from 'ioredis';
import type { DeliveryQueues } from './delivery-queues.js';
import type { JobStore } from './job-store.js';

const INTERVAL_MS = 5_000;
/** A job younger than this may be on its way into the queue right now. */
const SETTLED_AFTER_MS = 5_000;
const PAGE = 500;

/** What the sweeper needs of the blob store. */
interface BlobHolders {
  release(key: string, holder: string): Promise<void>;
}

export interface SweepReport {
  readonly redelivered: readonly string[];
  readonly retired: number;
}

/**
 * Mends what a process that died between two steps left behind.
 *
 * - A job that has not ended must have a delivery; one without (the api died before it added it, or Redis lost
 *   it) gets one. A worker that finds it `running` then takes it over.
 * - A delivery without a job, or of an ended one, is dropped by the worker that gets it.
 * - An ended job whose keeping time is over leaves the indexes; its blobs are released.
 *
 * Runs in every api and worker; a lock lets one at a time do it.
 */
export class Sweeper {
  readonly #redis: Redis;
  readonly #store: JobStore;
  readonly #deliveries: DeliveryQueues;
  readonly #blobs: BlobHolders;
  readonly #after = { queued: '', running: '' };
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: {
    readonly redis: Redis;
    readonly store: JobStore;
    readonly deliveries: DeliveryQueues;
    readonly blobs: BlobHolders;
  }) {
    this.#redis = parts.redis;
    this.#store = parts.store;
    this.#deliveries = parts.deliveries;
    this.#blobs = parts.blobs;
  }

  start(onSwept: (report: SweepReport) => void, onError: (error: Error) => void): void {
    const turn = async () => {
      try {
        if (await this.#takeTurn()) onSwept(await this.sweep());
      } catch (error) {
        onError(error as Error);
      }
    };
    this.#timer = setInterval(turn, INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One pass over a page of each index; the next pass goes on where this one ended. */
  async sweep(nowMs = Date.now()): Promise<SweepReport> {
    const redelivered = [
      ...(await this.#redeliver('queued', nowMs)),
      ...(await this.#redeliver('running', nowMs)),
    ];
    return { redelivered, retired: await this.#retireOld() };
  }

  async #takeTurn(): Promise<boolean> {
    const got = await this.#redis.set(this.#store.keys.sweeper, '1', 'PX', INTERVAL_MS - 500, 'NX');
    return got === 'OK';
  }

  async #redeliver(status: 'queued' | 'running', nowMs: number): Promise<string[]> {
    const ids = await this.#store.indexes.unfinishedIds(status, this.#after[status], PAGE);
    this.#after[status] = ids.length === PAGE ? ids.at(-1)! : '';
    if (ids.length === 0) return [];
    const updatedAtMs = await this.#store.indexes.updatedAtMs(ids);
    const settled = ids.filter((_, i) => (updatedAtMs[i] ?? nowMs) < nowMs - SETTLED_AFTER_MS);
    const records = await this.#store.getMany(settled);
    const delivered = await this.#deliveries.exist(records);
    const lost = records.filter((_, i) => !delivered[i]);
    for (const record of lost) await this.#deliveries.add(record.model, record.id, record.priority);
    return lost.map((record) => record.id);
  }

  async #retireOld(): Promise<number> {
    const records = await this.#store.getMany(await this.#store.indexes.idsPastKeeping(PAGE));
    for (const record of records) {
      const keys = await this.#store.blobKeys(record);
      await Promise.all(keys.map((key) => this.#blobs.release(key, record.id)));
      await this.#store.retire(record);
    }
    return records.length;
  }
}
