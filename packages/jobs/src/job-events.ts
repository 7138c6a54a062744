import { EventEmitter } from 'node:events';
import type { JobStatus, Progress } from '@darkroom/contracts';
import type { Redis } from 'ioredis';
import { JobKeys } from './job-keys.js';
import type { MadePreview } from './job-record.js';

/** A change of a job, as it is published with the change itself. */
export interface JobChange {
  readonly id: string;
  readonly kind: 'status' | 'progress' | 'preview';
  readonly status: JobStatus;
  readonly revision: number;
  readonly progress?: Progress;
  /** The previews that were made. */
  readonly made?: readonly MadePreview[];
}

/** A change of a batch's counts. */
export interface BatchChange {
  readonly id: string;
  readonly kind: 'batch';
  readonly revision: number;
}

export type JobChangeListener = (change: JobChange | 'resync') => void;

const ALL = 'all';

/**
 * Hears of all jobs' changes over one subscription and passes them on in the process. Messages can be missed
 * while the connection is down; when it is back, every listener gets `resync` and reads its job anew.
 */
export class JobEvents {
  readonly #subscriber: Redis;
  readonly #emitter = new EventEmitter();
  readonly #channel: string;

  /** @param subscriber a connection of its own: a subscribed connection can do nothing else */
  constructor(subscriber: Redis, namespace: string) {
    this.#subscriber = subscriber;
    this.#channel = new JobKeys(namespace).events;
    this.#emitter.setMaxListeners(0);
    subscriber.on('message', (_channel, message) => this.#receive(message));
    subscriber.on('ready', () => this.#emitResync());
  }

  async start(): Promise<void> {
    await this.#subscriber.subscribe(this.#channel);
  }

  /** @returns stops listening */
  onJob(id: string, listener: JobChangeListener): () => void {
    return this.#listen(`job:${id}`, listener);
  }

  /** Hears when the counts of a batch may have changed. @returns stops listening */
  onBatch(id: string, listener: () => void): () => void {
    return this.#listen(`batch:${id}`, listener);
  }

  /** @returns stops listening */
  onAll(listener: JobChangeListener): () => void {
    return this.#listen(ALL, listener);
  }

  #listen(name: string, listener: JobChangeListener): () => void {
    this.#emitter.on(name, listener);
    return () => this.#emitter.off(name, listener);
  }

  #receive(message: string): void {
    const change = JSON.parse(message) as JobChange | BatchChange;
    if (change.kind === 'batch') {
      this.#emitter.emit(`batch:${change.id}`, change);
      return;
    }
    this.#emitter.emit(`job:${change.id}`, change);
    this.#emitter.emit(ALL, change);
  }

  #emitResync(): void {
    for (const name of this.#emitter.eventNames()) this.#emitter.emit(name, 'resync');
  }
}
