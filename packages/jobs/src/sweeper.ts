import type { Redis } from 'ioredis';
import { type DeliveryQueues, queueOf } from './delivery-queues.js';
import type { JobRecord } from './job-record.js';
import type { JobStore } from './job-store.js';
import { nextStep, readFamily } from './parent-steps.js';

const INTERVAL_MS = 5_000;
/** A job younger than this may be on its way into the queue right now. */
const SETTLED_AFTER_MS = 5_000;
const PAGE = 500;

/** Where jobs that have not ended stand. */
const UNFINISHED = [
  { status: 'queued', areChildren: false },
  { status: 'running', areChildren: false },
  { status: 'queued', areChildren: true },
  { status: 'running', areChildren: true },
] as const;

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
 *   it) gets one. A worker that finds it `running` then takes it over. A parent between two steps needs none.
 * - A delivery without a job, or of an ended one, is dropped by the worker that gets it.
 * - An ended job whose keeping time is over leaves the indexes, with its children; their blobs are released.
 *
 * Runs in every api and worker; a lock lets one at a time do it.
 */
export class Sweeper {
  readonly #redis: Redis;
  readonly #store: JobStore;
  readonly #deliveries: DeliveryQueues;
  readonly #blobs: BlobHolders;
  /** Where the next look at each of {@link UNFINISHED} begins. */
  readonly #after = UNFINISHED.map(() => '');
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
    const redelivered: string[] = [];
    for (const which of UNFINISHED.keys()) redelivered.push(...(await this.#redeliver(which, nowMs)));
    return { redelivered, retired: await this.#retireOld() };
  }

  async #takeTurn(): Promise<boolean> {
    const got = await this.#redis.set(this.#store.keys.sweeper, '1', 'PX', INTERVAL_MS - 500, 'NX');
    return got === 'OK';
  }

  async #redeliver(which: number, nowMs: number): Promise<string[]> {
    const ids = await this.#store.indexes.unfinishedIds(UNFINISHED[which]!, this.#after[which]!, PAGE);
    this.#after[which] = ids.length === PAGE ? ids.at(-1)! : '';
    if (ids.length === 0) return [];
    const updatedAtMs = await this.#store.indexes.updatedAtMs(ids);
    const settled = ids.filter((_, i) => (updatedAtMs[i] ?? nowMs) < nowMs - SETTLED_AFTER_MS);
    const records = await this.#store.getMany(settled);
    const delivered = await this.#deliveries.exist(records);
    const lost: JobRecord[] = [];
    for (const [i, record] of records.entries()) {
      if (!delivered[i] && !(await this.#waitsForChildren(record))) lost.push(record);
    }
    for (const record of lost) await this.#deliveries.add(queueOf(record), record.id, record.priority);
    return lost.map((record) => record.id);
  }

  async #waitsForChildren(record: JobRecord): Promise<boolean> {
    if (record.parts.length === 0 || record.status === 'queued') return false;
    return nextStep(await readFamily(record, (ids) => this.#store.getMany(ids))).kind === 'wait';
  }

  async #retireOld(): Promise<number> {
    const records = await this.#store.getMany(await this.#store.indexes.idsPastKeeping(PAGE));
    for (const record of records) {
      for (const child of await this.#store.getMany(Object.values(record.children)))
        await this.#retire(child);
      await this.#retire(record);
    }
    return records.length;
  }

  async #retire(record: JobRecord): Promise<void> {
    const keys = await this.#store.blobKeys(record);
    await Promise.all(keys.map((key) => this.#blobs.release(key, record.id)));
    await this.#store.retire(record);
  }
}
