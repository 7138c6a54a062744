import { JOB_STATUSES, type JobStatus } from '@darkroom/contracts';
import type { Redis } from 'ioredis';
import type { JobFilter, JobKeys } from './job-keys.js';
import type { JobRecord } from './job-record.js';

const LIST_CHUNK = 200;

/** Which jobs there are: lists of them, those whose time has come, and how many. */
export class JobIndexes {
  readonly #redis: Redis;
  readonly #keys: JobKeys;
  readonly #now: () => number;
  readonly #getMany: (ids: readonly string[]) => Promise<JobRecord[]>;

  /** @param getMany the records of ids, without those that are gone */
  constructor(
    redis: Redis,
    keys: JobKeys,
    now: () => number,
    getMany: (ids: readonly string[]) => Promise<JobRecord[]>,
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#now = now;
    this.#getMany = getMany;
  }

  /**
   * Newest first. Walks the smallest index that covers the filter and leaves out what another part of it refuses.
   * @param page `before`: only ids below this one; `createdAfterId`: only ids above
   */
  async list(
    filter: JobFilter,
    page: {
      readonly limit: number;
      readonly before?: string | undefined;
      readonly createdAfterId?: string | undefined;
    },
  ): Promise<JobRecord[]> {
    const index = await this.#smallest(this.#keys.indexesFor(filter));
    const min = page.createdAfterId ? `(${page.createdAfterId}` : '-';
    let max = page.before ? `(${page.before}` : '+';
    const found: JobRecord[] = [];
    while (found.length < page.limit) {
      const ids = await this.#redis.zrange(index, max, min, 'BYLEX', 'REV', 'LIMIT', 0, LIST_CHUNK);
      if (ids.length === 0) break;
      for (const record of await this.#getMany(ids)) {
        if (found.length < page.limit && this.#passes(record, filter)) found.push(record);
      }
      max = `(${ids.at(-1)}`;
    }
    return found;
  }

  /** Ids of ended jobs whose keeping time is over. */
  async idsPastKeeping(limit: number): Promise<string[]> {
    return this.#redis.zrangebyscore(this.#keys.keptUntil, '-inf', this.#now(), 'LIMIT', 0, limit);
  }

  /** Ids of jobs that have not ended and whose deadline has come. */
  async idsPastDeadline(limit: number): Promise<string[]> {
    return this.#redis.zrangebyscore(this.#keys.deadlines, '-inf', this.#now(), 'LIMIT', 0, limit);
  }

  /** Ids of jobs that have not ended, above a given one, oldest first: of those of users, or of their children. */
  async unfinishedIds(
    { status, areChildren }: { readonly status: 'queued' | 'running'; readonly areChildren: boolean },
    afterId: string,
    limit: number,
  ): Promise<string[]> {
    const min = afterId ? `(${afterId}` : '-';
    const index = areChildren ? this.#keys.childrenByStatus(status) : this.#keys.byStatus(status);
    return this.#redis.zrange(index, min, '+', 'BYLEX', 'LIMIT', 0, limit);
  }

  /** When each record was last changed; null for one that is gone. */
  async updatedAtMs(ids: readonly string[]): Promise<(number | null)[]> {
    const pipeline = this.#redis.pipeline();
    for (const id of ids) pipeline.hget(this.#keys.record(id), 'updated_at');
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([, text]) => (typeof text === 'string' ? Number(text) : null));
  }

  /** How many jobs on record are in each status. */
  async countByStatus(): Promise<Record<JobStatus, number>> {
    const counts = await Promise.all(
      JOB_STATUSES.map(async (status) => [status, await this.#redis.zcard(this.#keys.byStatus(status))]),
    );
    return Object.fromEntries(counts) as Record<JobStatus, number>;
  }

  #passes(record: JobRecord, filter: JobFilter): boolean {
    const isOver = record.keptUntilMs !== null && record.keptUntilMs <= this.#now();
    if (isOver) return false;
    if (filter.status && record.status !== filter.status) return false;
    if (filter.model && record.model !== filter.model) return false;
    if (filter.batchId && record.batchId !== filter.batchId) return false;
    if (filter.parentId && record.parentId !== filter.parentId) return false;
    return !filter.task || record.task === filter.task;
  }

  async #smallest(indexes: readonly string[]): Promise<string> {
    const sizes = await Promise.all(indexes.map((index) => this.#redis.zcard(index)));
    return indexes[sizes.indexOf(Math.min(...sizes))]!;
  }
}
