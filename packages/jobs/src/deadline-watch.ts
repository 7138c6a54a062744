import { type DeliveryQueues, queueOf } from './delivery-queues.js';
import type { JobStore } from './job-store.js';

const LOOK_EVERY_MS = 250;
const AT_ONCE = 200;

/**
 * Expires jobs whose deadline has come, waiting or running. Runs in every api and worker: the steps are
 * compare-and-set, so it doesn't matter who is first, and one process that lives is enough.
 */
export class DeadlineWatch {
  readonly #store: JobStore;
  readonly #deliveries: DeliveryQueues;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: { readonly store: JobStore; readonly deliveries: DeliveryQueues }) {
    this.#store = parts.store;
    this.#deliveries = parts.deliveries;
  }

  start(onError: (error: Error) => void): void {
    let isLooking = false;
    this.#timer = setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      void this.expireDue()
        .catch(onError)
        .finally(() => {
          isLooking = false;
        });
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @returns ids of the jobs that this look expired */
  async expireDue(): Promise<string[]> {
    const expired: string[] = [];
    for (const record of await this.#store.getMany(await this.#store.indexes.idsPastDeadline(AT_ONCE))) {
      if (await this.#store.expire(record.id)) expired.push(record.id);
      // A worker that gets the delivery of an ended job drops it; taking it away only saves the way.
      await this.#deliveries.remove(queueOf(record), record.id);
    }
    return expired;
  }
}
