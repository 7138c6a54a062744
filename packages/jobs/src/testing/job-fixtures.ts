import { DEFAULT_PRIORITY } from '@darkroom/contracts';
import { type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { newJobId } from '../job-id.js';
import type { NewJob } from '../job-record.js';
import type { JobStore } from '../job-store.js';

export const NAMESPACE = 'test';

/** A Redis of the test's own, and connections to it. */
export interface RedisFixture {
  readonly server: PrivateRedis;
  connect(): Redis;
  close(): Promise<void>;
}

export async function startRedis(): Promise<RedisFixture> {
  const server = await startPrivateRedis({});
  const connections: Redis[] = [];
  return {
    server,
    connect() {
      const connection = new Redis(server.url, { maxRetriesPerRequest: null });
      connections.push(connection);
      return connection;
    },
    async close() {
      for (const connection of connections) connection.disconnect();
      await server.stop();
    },
  };
}

export function newJob(changes: Partial<NewJob> = {}): NewJob {
  const createdAtMs = changes.createdAtMs ?? Date.now();
  return {
    id: newJobId(createdAtMs),
    task: 'segmentation',
    model: 'shapes-seg',
    createdAtMs,
    keepMs: 60_000,
    deadlineAtMs: null,
    priority: DEFAULT_PRIORITY,
    retryOf: null,
    batchId: null,
    parts: [],
    parentId: null,
    share: 1,
    input: {
      image: {
        blobKey: 'input/abc',
        fileName: 'cat.jpg',
        mediaType: 'image/jpeg',
        bytes: 3,
        sha256: 'abc',
        width: 4,
        height: 2,
        exifOrientation: 1,
      },
      options: { mode: 'semantic', outputs: [], output_format: 'jpeg' },
    },
    metadata: {},
    warnings: [],
    ...changes,
  };
}

/** A job on record. */
export async function createJob(store: JobStore, changes: Partial<NewJob> = {}): Promise<string> {
  const job = newJob(changes);
  await store.create(job);
  return job.id;
}
