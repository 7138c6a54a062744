import type { JobStatus } from '@darkroom/contracts';

/** What a list of jobs is filtered by. */
export interface JobFilter {
  readonly task?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly model?: string | undefined;
  readonly batchId?: string | undefined;
  /** Children are listed by their parent alone. */
  readonly parentId?: string | undefined;
}

/**
 * The Redis keys of jobs. All share one hash tag, so on a cluster they lie in one slot: scripts and BullMQ's
 * flows touch several at once.
 */
export class JobKeys {
  readonly tag: string;

  constructor(namespace: string) {
    this.tag = `{${namespace}}`;
  }

  record(id: string): string {
    return `${this.tag}:job:${id}`;
  }

  /** The indexes that a new job enters, the one by status apart. */
  indexesOf({ task, model, parentId }: { task: string; model: string; parentId: string | null }): string[] {
    return parentId === null ? [this.all, this.byTask(task), this.byModel(model)] : [this.byParent(parentId)];
  }

  /** The index of jobs in a status that a job is in while it has that status. */
  statusIndexOf({ parentId }: { parentId: string | null }, status: string): string {
    return parentId === null ? this.byStatus(status) : this.childrenByStatus(status);
  }

  /** Set of the blobs that attempts at a job wrote, whatever became of them. */
  blobs(id: string): string {
    return `${this.tag}:job:${id}:blobs`;
  }

  /** Sorted set of the ids of all jobs. Scores are equal, so it is ordered by id, which is by time. */
  get all(): string {
    return `${this.tag}:jobs`;
  }

  byStatus(status: string): string {
    return `${this.tag}:jobs:status:${status}`;
  }

  /** Of the jobs that do parts of others, which no other index has but that of their parent. */
  childrenByStatus(status: string): string {
    return `${this.tag}:jobs:children:status:${status}`;
  }

  byParent(id: string): string {
    return `${this.tag}:jobs:parent:${id}`;
  }

  byTask(task: string): string {
    return `${this.tag}:jobs:task:${task}`;
  }

  byModel(model: string): string {
    return `${this.tag}:jobs:model:${model}`;
  }

  byBatch(id: string): string {
    return `${this.batch(id)}:jobs`;
  }

  /** Hash of a batch and the counts of its jobs. */
  batch(id: string): string {
    return `${this.tag}:batch:${id}`;
  }

  /** Ended jobs, scored by the time until which they are kept. */
  get keptUntil(): string {
    return `${this.tag}:jobs:kept-until`;
  }

  /** Jobs that have not ended and have a deadline, scored by it. */
  get deadlines(): string {
    return `${this.tag}:jobs:deadlines`;
  }

  /** Hash of what all workers counted. */
  get usage(): string {
    return `${this.tag}:usage`;
  }

  /** Recent run times of a model in milliseconds, newest first. */
  runTimes(model: string): string {
    return `${this.tag}:run-times:${model}`;
  }

  get events(): string {
    return `${this.tag}:events`;
  }

  /** Id of the worker that uses a GPU. */
  gpu(uuid: string): string {
    return `${this.tag}:gpu:${uuid}`;
  }

  get sweeper(): string {
    return `${this.tag}:sweeper`;
  }

  worker(id: string): string {
    return `${this.tag}:worker:${id}`;
  }

  /** Sorted set of worker ids, scored by their last heartbeat. */
  get workers(): string {
    return `${this.tag}:workers`;
  }

  /** The channel of commands to all workers. */
  get commands(): string {
    return `${this.tag}:commands`;
  }

  /** Set of the ids of the workers that have carried a command out. */
  commandDone(commandId: string): string {
    return `${this.tag}:command:${commandId}:done`;
  }

  /** Hash of every model that was ever served, by id. */
  get models(): string {
    return `${this.tag}:models`;
  }

  /** The smallest set of ids that has all jobs a filter lets through, among those given. */
  indexesFor(filter: JobFilter): string[] {
    if (filter.parentId) return [this.byParent(filter.parentId)];
    const indexes: string[] = [];
    if (filter.batchId) indexes.push(this.byBatch(filter.batchId));
    if (filter.status) indexes.push(this.byStatus(filter.status));
    if (filter.model) indexes.push(this.byModel(filter.model));
    if (filter.task) indexes.push(this.byTask(filter.task));
    return indexes.length > 0 ? indexes : [this.all];
  }
}
