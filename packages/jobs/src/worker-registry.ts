import type { ModelSummary, Worker } from '@darkroom/contracts';
import type { Redis } from 'ioredis';
import { JobKeys } from './job-keys.js';

export const HEARTBEAT_MS = 3_000;
/** A worker that was silent for so long is gone. */
const ALIVE_MS = 10_000;
/** For so long a worker that is gone is named as lost. */
const LOST_MS = 10 * 60_000;

/** All models that were ever served, and the workers that serve them now. */
export interface Registry {
  readonly models: readonly ModelSummary[];
  readonly workers: readonly Worker[];
  /** Ids of workers that went away lately without saying so. */
  readonly lostWorkers: readonly string[];
}

/** Workers say here what they serve, again and again; the api learns its models from it. */
export class WorkerRegistry {
  readonly #redis: Redis;
  readonly #keys: JobKeys;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#keys = new JobKeys(namespace);
  }

  async heartbeat(worker: Worker, models: readonly ModelSummary[]): Promise<void> {
    const transaction = this.#redis
      .multi()
      .set(this.#keys.worker(worker.id), JSON.stringify(worker), 'PX', ALIVE_MS)
      .zadd(this.#keys.workers, Date.now(), worker.id);
    for (const model of models) transaction.hset(this.#keys.models, model.id, JSON.stringify(model));
    await transaction.exec();
  }

  /** A worker that stops says goodbye, so that nobody waits for it. */
  async leave(workerId: string): Promise<void> {
    await this.#redis.multi().del(this.#keys.worker(workerId)).zrem(this.#keys.workers, workerId).exec();
  }

  async read(): Promise<Registry> {
    await this.#redis.zremrangebyscore(this.#keys.workers, '-inf', String(Date.now() - LOST_MS));
    const [ids, models] = await Promise.all([
      this.#redis.zrange(this.#keys.workers, '0', '-1'),
      this.#redis.hvals(this.#keys.models),
    ]);
    const heartbeats = ids.length === 0 ? [] : await this.#redis.mget(ids.map((id) => this.#keys.worker(id)));
    return {
      models: models.map((text) => JSON.parse(text) as ModelSummary).sort((a, b) => (a.id < b.id ? -1 : 1)),
      workers: heartbeats.flatMap((text) => (text === null ? [] : (JSON.parse(text) as Worker))),
      lostWorkers: ids.filter((_, i) => heartbeats[i] === null),
    };
  }
}
