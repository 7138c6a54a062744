import { HIGHEST_PRIORITY } from '@darkroom/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobIdTimeMs } from './job-id.js';
import { JobKeys } from './job-keys.js';
import type { JobRecord } from './job-record.js';

/** What BullMQ carries: nothing but the id. */
export interface Delivery {
  readonly jobId: string;
}

/** The queue of a model's jobs. */
export function modelQueue(model: string): string {
  return `model-${model}`;
}

/** The queue of the steps of parents, which every worker takes. */
export const PARENTS_QUEUE = 'parents';

/** The queue that delivers a job. */
export function queueOf({
  model,
  parts,
}: {
  readonly model: string;
  readonly parts: readonly unknown[];
}): string {
  return parts.length > 0 ? PARENTS_QUEUE : modelQueue(model);
}

/** What delivers the next step of a parent when a child of it has ended. */
export function stepDeliverer(deliveries: DeliveryQueues) {
  return (parentId: string, childId: string): Promise<void> =>
    deliveries.add(PARENTS_QUEUE, parentId, HIGHEST_PRIORITY, { becauseOf: childId });
}

/** BullMQ takes lower numbers first and keeps 0 for deliveries without priority, which would pass all others. */
function bullPriority(priority: number): number {
  return 1 + HIGHEST_PRIORITY - priority;
}

/**
 * The queues that deliver jobs to workers, one for each model, and one of the steps of parents. A job has at most one
 * delivery, under its own id; a parent may have one more for each child that ended.
 */
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

  /**
   * Adding a delivery that is there already changes nothing.
   * @param priority 0 to 10, higher is sooner; equal ones come as they were added
   * @param becauseOf the child whose end it tells of: each has a delivery of its own, so that none is lost in another
   */
  async add(
    queue: string,
    jobId: string,
    priority: number,
    { becauseOf }: { readonly becauseOf?: string } = {},
  ): Promise<void> {
    const deliveryId = becauseOf === undefined ? jobId : `${jobId}.${becauseOf}`;
    const options = {
      jobId: deliveryId,
      priority: bullPriority(priority),
      removeOnComplete: true,
      removeOnFail: true,
    };
    await this.#queue(queue).add('run', { jobId }, options);
  }

  /** Removes a delivery that is waiting; one that a worker holds stays with it. */
  async remove(queue: string, jobId: string): Promise<void> {
    if (!(await this.#redis.exists(this.#deliveryKey(queue, jobId)))) return;
    // BullMQ refuses to remove what a worker holds locked.
    await this.#queue(queue)
      .remove(jobId)
      .catch(() => 0);
  }

  /** Whether each job has a delivery, waiting or held. Ended ones are removed at once. */
  async exist(jobs: readonly Pick<JobRecord, 'id' | 'model' | 'parts'>[]): Promise<boolean[]> {
    const pipeline = this.#redis.pipeline();
    for (const job of jobs) pipeline.exists(this.#deliveryKey(queueOf(job), job.id));
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, count]) => {
      if (error) throw error;
      return count === 1;
    });
  }

  /** Deliveries that wait for a worker. */
  async depth(queue: string): Promise<number> {
    const base = this.#base(queue);
    const [waiting, prioritized] = await Promise.all([
      this.#redis.llen(`${base}:wait`),
      this.#redis.zcard(`${base}:prioritized`),
    ]);
    return waiting + prioritized;
  }

  /** When the job was submitted that has waited longest, in ms since 1970; null when none waits. */
  async oldestCreatedAtMs(queue: string): Promise<number | null> {
    const base = this.#base(queue);
    const [first, ranked] = await Promise.all([
      this.#redis.lrange(`${base}:wait`, 0, -1),
      this.#redis.zrange(`${base}:prioritized`, '0', '-1'),
    ]);
    // Ids are ordered by time.
    const [oldest] = [...first, ...ranked].sort();
    return oldest === undefined ? null : jobIdTimeMs(oldest);
  }

  /** 1 is next; null when the delivery doesn't wait. */
  async position(queue: string, jobId: string): Promise<number | null> {
    const base = this.#base(queue);
    // What a worker that died had in hand is in the list, which goes first: added on the left, taken from the right.
    const [length, index, rank] = await Promise.all([
      this.#redis.llen(`${base}:wait`),
      this.#redis.lpos(`${base}:wait`, jobId),
      this.#redis.zrank(`${base}:prioritized`, jobId),
    ]);
    if (index !== null) return length - index;
    return rank === null ? null : length + rank + 1;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #queue(name: string): Queue<Delivery> {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new Queue<Delivery>(name, {
        connection: this.#redis,
        prefix: this.#prefix,
        skipVersionCheck: true,
        streams: { events: { maxLen: 100 } },
      });
      queue.on('error', this.#onError);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #base(queue: string): string {
    return `${this.#prefix}:${queue}`;
  }

  #deliveryKey(queue: string, jobId: string): string {
    return `${this.#base(queue)}:${jobId}`;
  }
}
