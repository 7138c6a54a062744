import { JOB_STATUSES, type JobStatus, type Task } from '@darkroom/contracts';
import type { Redis, Result } from 'ioredis';
import { ulid } from 'ulid';
import type { BatchJob, BatchRecord, RejectedPicture } from './batch-record.js';
import { JobKeys } from './job-keys.js';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    darkroomSealBatch(key: string, channel: string, ...args: string[]): Result<number, Context>;
  }
}

const PREFIX = 'batch_';
/** Making the jobs of a batch takes seconds; one that is open for longer was left behind. */
const OPEN_MS = 24 * 3600 * 1000;

/** KEYS: batch, events channel. ARGV: id, jobs and rejected as JSON, now, keeping time in ms. */
const SEAL_BATCH = `
redis.call('HSET', KEYS[1], 'content', ARGV[2], 'keep_ms', ARGV[4], 'sealed', '1')
redis.call('PERSIST', KEYS[1])
local counts = redis.call('HMGET', KEYS[1], 'n:queued', 'n:running')
if (tonumber(counts[1]) or 0) + (tonumber(counts[2]) or 0) == 0 then
  redis.call('HSET', KEYS[1], 'finished_at', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
local revision = redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.call('PUBLISH', KEYS[2], cjson.encode({ id = ARGV[1], kind = 'batch', revision = revision }))
return revision
`;

/** Whether a text from outside can be the id of a batch at all. */
export function isBatchId(text: string): boolean {
  return /^batch_[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
}

/** Batches in Redis. What changes their counts is in the scripts of the jobs. */
export class BatchStore {
  readonly #redis: Redis;
  readonly #keys: JobKeys;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#keys = new JobKeys(namespace);
    redis.defineCommand('darkroomSealBatch', { numberOfKeys: 2, lua: SEAL_BATCH });
  }

  /** Begins a batch; jobs that name it are counted in it. @returns its id */
  async open(task: Task, nowMs: number): Promise<string> {
    const id = PREFIX + ulid(nowMs);
    const key = this.#keys.batch(id);
    await this.#redis
      .multi()
      .hset(key, { task, created_at: String(nowMs) })
      .pexpire(key, OPEN_MS)
      .exec();
    return id;
  }

  /** All its jobs are made. It is finished when the last of them has ended, and kept for `keepMs` from then on. */
  async seal(
    id: string,
    content: { readonly jobs: readonly BatchJob[]; readonly rejected: readonly RejectedPicture[] },
    { nowMs, keepMs }: { readonly nowMs: number; readonly keepMs: number },
  ): Promise<void> {
    await this.#redis.darkroomSealBatch(
      this.#keys.batch(id),
      this.#keys.events,
      id,
      JSON.stringify(content),
      String(nowMs),
      String(keepMs),
    );
  }

  /** @returns null for one that is gone, never was or is still open */
  async get(id: string): Promise<BatchRecord | null> {
    const hash = await this.#redis.hgetall(this.#keys.batch(id));
    if (hash.sealed !== '1') return null;
    const counts = JOB_STATUSES.map((status) => [status, Number(hash[`n:${status}`] ?? 0)]);
    return {
      id,
      task: hash.task as Task,
      createdAtMs: Number(hash.created_at),
      finishedAtMs: hash.finished_at ? Number(hash.finished_at) : null,
      revision: Number(hash.revision),
      counts: Object.fromEntries(counts) as Record<JobStatus, number>,
      ...(JSON.parse(hash.content!) as Pick<BatchRecord, 'jobs' | 'rejected'>),
    };
  }

  async remove(id: string): Promise<void> {
    await this.#redis.del(this.#keys.batch(id));
  }
}
