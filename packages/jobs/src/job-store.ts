import { JOB_STATUSES, type Progress } from '@darkroom/contracts';
import type { Redis } from 'ioredis';
import { JobIndexes } from './job-indexes.js';
import { JobKeys } from './job-keys.js';
import {
  blobKeysOf,
  DEATHS_THAT_END_A_JOB,
  type JobOutcome,
  type JobRecord,
  type MadePreview,
  type NewJob,
  type StoredArtifact,
  stageProgress,
} from './job-record.js';
import { decodeJobRecord, encodeNewJob, hashFrom } from './job-record-hash.js';
import { defineJobScripts, type JobTransition } from './job-scripts.js';

const TOMBSTONE_MS = 30 * 24 * 3600 * 1000;

/** Whether there is, was, or never was such a job. */
export type Lookup =
  | { readonly found: JobRecord }
  | { readonly missing: 'never_or_deleted' | 'no_longer_kept' };

/** What a store of jobs may be given. */
export interface JobStoreOptions {
  readonly now?: () => number;
  /** A child ended: its parent's next step is due. Where this fails, the sweeper mends it. */
  readonly onChildEnded?: (parentId: string, childId: string) => Promise<void>;
}

/** Job records in Redis, and the steps of their lives. See `job-record.ts` for the states. */
export class JobStore {
  readonly keys: JobKeys;
  /** Which jobs there are. */
  readonly indexes: JobIndexes;
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #onChildEnded: (parentId: string, childId: string) => Promise<void>;

  constructor(
    redis: Redis,
    namespace: string,
    { now = Date.now, onChildEnded = async () => {} }: JobStoreOptions = {},
  ) {
    this.#redis = redis;
    this.keys = new JobKeys(namespace);
    this.#now = now;
    this.#onChildEnded = onChildEnded;
    this.indexes = new JobIndexes(redis, this.keys, now, (ids) => this.getMany(ids));
    defineJobScripts(redis);
  }

  /** @returns the record as it begins; it may have gone on since. Of a child whose parent has ended there is none */
  async create(job: NewJob): Promise<JobRecord> {
    const { keys } = this;
    const hash = encodeNewJob(job);
    const keyList = [
      keys.record(job.id),
      keys.deadlines,
      keys.events,
      keys.statusIndexOf(job, 'queued'),
      ...keys.indexesOf(job),
    ];
    await this.#redis.darkroomCreateJob(
      String(keyList.length),
      ...keyList,
      job.id,
      job.deadlineAtMs === null ? '' : String(job.deadlineAtMs),
      job.batchId === null ? '' : keys.batch(job.batchId),
      job.parentId === null ? '' : keys.record(job.parentId),
      ...Object.entries(hash).flat(),
    );
    return decodeJobRecord(hash)!;
  }

  async get(id: string): Promise<JobRecord | null> {
    return decodeJobRecord(await this.#redis.hgetall(this.keys.record(id)));
  }

  async lookUp(id: string): Promise<Lookup> {
    const hash = await this.#redis.hgetall(this.keys.record(id));
    const record = decodeJobRecord(hash);
    if (record === null) return { missing: hash.no_longer_kept ? 'no_longer_kept' : 'never_or_deleted' };
    // The sweeper may be late; the promise of the keeping time is not.
    const isOver = record.keptUntilMs !== null && record.keptUntilMs <= this.#now();
    return isOver ? { missing: 'no_longer_kept' } : { found: record };
  }

  async getMany(ids: readonly string[]): Promise<JobRecord[]> {
    if (ids.length === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const id of ids) pipeline.hgetall(this.keys.record(id));
    const replies = (await pipeline.exec()) ?? [];
    return replies.flatMap(([error, hash]) => {
      if (error) throw error;
      return decodeJobRecord(hash as Record<string, string>) ?? [];
    });
  }

  /**
   * A worker begins an attempt. On a running job it takes over from an attempt that was lost, which counts as a
   * death.
   * @param token new for each attempt; all its later steps must show it
   * @returns null when the job has ended or is gone: nothing is to be done
   */
  async start(id: string, token: string): Promise<JobRecord | null> {
    const set = {
      token,
      started_at: String(this.#now()),
      progress: JSON.stringify(stageProgress('loading_model', 0)),
      previews: '[]',
    };
    const begin = { to: 'running', set, add: { attempts: 1 } } as const;
    const begun = await this.#changed(id, { ...begin, from: ['queued'] });
    if (begun !== null) return begun;
    return this.#changed(id, { ...begin, from: ['running'], add: { attempts: 1, deaths: 1 } });
  }

  /**
   * A worker takes a step of a parent.
   * @param token new for each step; all that the step writes must show it
   * @returns null when the job has ended or is gone: nothing is to be done
   */
  async beginStep(id: string, token: string): Promise<JobRecord | null> {
    const first = { token, started_at: String(this.#now()), attempts: '1' };
    const begun = await this.#changed(id, { from: ['queued'], to: 'running', set: first });
    return begun ?? this.#changed(id, { from: ['running'], set: { token } });
  }

  /** @returns false when another step has begun since, or the job has ended */
  async noteChildren(
    id: string,
    token: string,
    children: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    return this.#change(id, { from: ['running'], token, set: { children: JSON.stringify(children) } });
  }

  /** @returns false when another attempt holds the job or it has ended: stop working on it */
  async reportProgress(id: string, token: string, progress: Progress): Promise<boolean> {
    const set = { progress: JSON.stringify(progress) };
    return this.#change(id, { from: ['running'], token, set, kind: 'progress', progress });
  }

  /**
   * @param previews all that the job has now
   * @param made those that are new
   * @returns false when another attempt holds the job or it has ended: what was written is to be thrown away
   */
  async addPreviews(
    id: string,
    token: string,
    previews: readonly StoredArtifact[],
    made: readonly MadePreview[],
  ): Promise<boolean> {
    const set = { previews: JSON.stringify(previews) };
    return this.#change(id, { from: ['running'], token, set, kind: 'preview', made });
  }

  /** The attempt ends without anybody's fault, such as at a shutdown: the job waits again. */
  async giveBack(id: string, token: string): Promise<boolean> {
    return this.#change(id, { from: ['running'], token, to: 'queued', set: this.#waiting() });
  }

  /**
   * The process that ran the attempt died.
   * @returns `again`: the job waits; `final`: it died too often and is to be failed; `lost`: it isn't ours
   */
  async died(id: string, token: string): Promise<'again' | 'final' | 'lost'> {
    const counted = await this.#change(id, { from: ['running'], token, add: { deaths: 1 } });
    if (!counted) return 'lost';
    const deaths = Number(await this.#redis.hget(this.keys.record(id), 'deaths'));
    if (deaths >= DEATHS_THAT_END_A_JOB) return 'final';
    return (await this.giveBack(id, token)) ? 'again' : 'lost';
  }

  /**
   * @param steps how many it made; null for a job that makes none
   * @returns false when the attempt no longer holds the job: what it made is to be thrown away
   */
  async finish(
    id: string,
    token: string,
    status: 'succeeded' | 'failed',
    outcome: JobOutcome,
    steps: number | null = null,
  ): Promise<boolean> {
    const progress: Progress = { stage: 'done', fraction: 1, step: steps, steps };
    const set = { outcome: JSON.stringify(outcome), progress: JSON.stringify(progress) };
    return this.#change(id, { from: ['running'], token, to: status, set, ends: true });
  }

  /** @returns false when the job had ended already */
  async cancel(id: string): Promise<boolean> {
    return this.#change(id, { from: ['queued', 'running'], to: 'canceled', ends: true, mayBeLate: true });
  }

  /** Its deadline has come. @returns false when the job had ended already */
  async expire(id: string): Promise<boolean> {
    return this.#change(id, { from: ['queued', 'running'], to: 'expired', ends: true, mayBeLate: true });
  }

  /**
   * An attempt is about to write these blobs. They go with the job even if the attempt dies before it finishes. Of a
   * job that has gone nothing is noted: what is written for it is released where its end is found out.
   */
  async noteBlobs(id: string, blobKeys: readonly string[]): Promise<void> {
    await this.#redis.darkroomNoteBlobs(this.keys.record(id), this.keys.blobs(id), ...blobKeys);
  }

  /** Every blob that is held for a job: its picture, where it has one, and what any attempt at it wrote. */
  async blobKeys(record: JobRecord): Promise<string[]> {
    const noted = await this.#redis.smembers(this.keys.blobs(record.id));
    return [...new Set([...blobKeysOf(record), ...noted])];
  }

  /** Forgets a job as if it had never been. */
  async remove(record: JobRecord): Promise<void> {
    await this.#forget(record, '');
  }

  /** Forgets a job whose keeping time is over, and remembers for a while that there was one. */
  async retire(record: JobRecord): Promise<void> {
    await this.#forget(record, String(TOMBSTONE_MS));
  }

  #waiting(): Record<string, string> {
    return { token: '', progress: JSON.stringify(stageProgress('queued', 0)) };
  }

  async #change(id: string, change: JobTransition): Promise<boolean> {
    const [code, , , parentId = ''] = await this.#runChange(id, change);
    if (code === 'ok' && change.ends && parentId !== '') {
      await this.#onChildEnded(parentId, id).catch(() => {});
    }
    return code === 'ok';
  }

  /** @returns the record after the change; null when it may not be made */
  async #changed(id: string, change: JobTransition): Promise<JobRecord | null> {
    const [code, , fieldsAndValues = []] = await this.#runChange(id, { ...change, wantsRecord: true });
    return code === 'ok' ? decodeJobRecord(hashFrom(fieldsAndValues)) : null;
  }

  #runChange(id: string, change: JobTransition) {
    const { keys } = this;
    const indexes = JOB_STATUSES.map((status) => keys.byStatus(status));
    const keyList = [keys.record(id), keys.events, keys.keptUntil, keys.deadlines, keys.usage, ...indexes];
    const description = {
      kind: 'status',
      set: {},
      add: {},
      ...change,
      id,
      nowMs: this.#now(),
      statuses: JOB_STATUSES,
      batchPrefix: keys.batch(''),
      recordPrefix: keys.record(''),
      childrenPrefix: keys.childrenByStatus(''),
    };
    return this.#redis.darkroomChangeJob(String(keyList.length), ...keyList, JSON.stringify(description));
  }

  async #forget(record: JobRecord, tombstoneMs: string): Promise<void> {
    const { keys } = this;
    const keyList = [
      keys.record(record.id),
      ...keys.indexesOf(record),
      keys.keptUntil,
      keys.deadlines,
      keys.byBatch(record.batchId ?? ''),
      ...JOB_STATUSES.map((status) => keys.statusIndexOf(record, status)),
    ];
    await this.#redis.darkroomForgetJob(String(keyList.length), ...keyList, record.id, tombstoneMs);
    await this.#redis.del(keys.blobs(record.id));
  }
}
