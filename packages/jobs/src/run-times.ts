import type { Redis } from 'ioredis';
import { JobKeys } from './job-keys.js';

const RUNS_KEPT = 25;

/** How long the jobs of each model ran lately, without waiting; what estimates are made from. */
export class RunTimes {
  readonly #redis: Redis;
  readonly #keys: JobKeys;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#keys = new JobKeys(namespace);
  }

  async remember(model: string, runMs: number): Promise<void> {
    const key = this.#keys.runTimes(model);
    await this.#redis
      .multi()
      .lpush(key, String(Math.round(runMs)))
      .ltrim(key, 0, RUNS_KEPT - 1)
      .exec();
  }

  /** Median run time of each model's recent jobs in milliseconds; null where there was none. */
  async usualMs(models: readonly string[]): Promise<Map<string, number | null>> {
    const pipeline = this.#redis.pipeline();
    for (const model of models) pipeline.lrange(this.#keys.runTimes(model), 0, -1);
    const replies = (await pipeline.exec()) ?? [];
    const medians = replies.map(([error, times]) => {
      if (error) throw error;
      const sorted = (times as string[]).map(Number).sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)] ?? null;
    });
    return new Map(models.map((model, i) => [model, medians[i] ?? null]));
  }
}
