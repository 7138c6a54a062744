import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { JobKeys } from './job-keys.js';

/** What BullMQ carries: nothing but the id. */
export interface Delivery {
  readonly jobId: string;
}

export function queueName(model: string): string {
  return `model-${model}`;
}

/** The queues that deliver jobs to workers, one for each model. A job has at most one delivery, under its own id. */
export class DeliveryQueues {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #queues = new Map<string, Queue<Delivery>>();
  readonly #onError: (error: Error) => void;

  constructor(redis: Redis, namespace: string, onError: (error: Error) => void) {
    this.#redis = redis;
    this.#prefix = new JobKeys(namespace).tag;
    this.#onError = onError;
  }

  /** Adding a delivery that is there already changes nothing. */
  async add(model: string, jobId: string): Promise<void> {
    await this.#queue(model).add('run', { jobId }, { jobId, removeOnComplete: true, removeOnFail: true });
  }

  /** Removes a delivery that is waiting; one that a worker holds stays with it. */
  async remove(model: string, jobId: string): Promise<void> {
    if (!(await this.#redis.exists(this.#deliveryKey(model, jobId)))) return;
    // BullMQ refuses to remove what a worker holds locked.
    await this.#queue(model)
      .remove(jobId)
      .catch(() => 0);
  }

  /** Whether each job has a delivery, waiting or held. Ended ones are removed at once. */
  async exist(jobs: readonly { readonly model: string; readonly id: string }[]): Promise<boolean[]> {
    const pipeline = this.#redis.pipeline();
    for (const { model, id } of jobs) pipeline.exists(this.#deliveryKey(model, id));
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, count]) => {
      if (error) throw error;
      return count === 1;
    });
  }

  /** Deliveries that wait for a worker. */
  async depth(model: string): Promise<number> {
    const base = this.#base(model);
    const [waiting, prioritized] = await Promise.all([
      this.#redis.llen(`${base}:wait`),
      this.#redis.zcard(`${base}:prioritized`),
    ]);
    return waiting + prioritized;
  }

  /** 1 is next; null when the delivery doesn't wait. */
  async position(model: string, jobId: string): Promise<number | null> {
    const waiting = `${this.#base(model)}:wait`;
    // BullMQ adds on the left and takes from the right.
    const [length, index] = await Promise.all([this.#redis.llen(waiting), this.#redis.lpos(waiting, jobId)]);
    return index === null ? null : length - index;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #queue(model: string): Queue<Delivery> {
    let queue = this.#queues.get(model);
    if (!queue) {
      queue = new Queue<Delivery>(queueName(model), {
        connection: this.#redis,
        prefix: this.#prefix,
        skipVersionCheck: true,
        streams: { events: { maxLen: 100 } },
      });
      queue.on('error', this.#onError);
      this.#queues.set(model, queue);
    }
    return queue;
  }

  #base(model: string): string {
    return `${this.#prefix}:${queueName(model)}`;
  }

  #deliveryKey(model: string, jobId: string): string {
    return `${this.#base(model)}:${jobId}`;
  }
}
