import type { BlobStore } from '@darkroom/blob-store';
import type {
  BatchStore,
  DeliveryQueues,
  JobEvents,
  JobStore,
  RunTimes,
  UsageCounters,
  WorkerCommands,
} from '@darkroom/jobs';
import type { Redis } from 'ioredis';
import type { ModelDirectory } from './model-directory.js';

/** What the api's routes work with. Made in `main.ts`, or by a test. */
export interface Services {
  readonly redis: Redis;
  readonly store: JobStore;
  readonly batches: BatchStore;
  readonly deliveries: DeliveryQueues;
  readonly events: JobEvents;
  readonly blobs: BlobStore;
  readonly models: ModelDirectory;
  readonly commands: WorkerCommands;
  readonly runTimes: RunTimes;
  readonly usage: UsageCounters;
  readonly limits: Limits;
  /** Where clients reach the service; null: as the request says. */
  readonly publicUrl: string | null;
  /** Address the service listens on. */
  readonly host: string;
}

export interface Limits {
  readonly maxUploadBytes: number;
  readonly maxImagePixels: number;
  readonly maxQueueDepth: number;
  readonly jobKeepSeconds: number;
}

/** The longest a request may wait: proxies cut at 60 seconds. */
export const MAX_WAIT_SECONDS = 50;
