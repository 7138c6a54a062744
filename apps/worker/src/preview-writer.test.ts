import { randomUUID } from 'node:crypto';
import { RedisBlobStore } from '@darkroom/blob-store';
import { type JobRecord, JobStore, NO_OUTCOME, newJobId, PREVIEWS_MAX } from '@darkroom/jobs';
import type { PipelineArtifact } from '@darkroom/model-families';
import { createLogger } from '@darkroom/service-kit';
import { type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PreviewWriter } from './preview-writer.js';

const NAMESPACE = 'test';

let server: PrivateRedis;
let redis: Redis;
let store: JobStore;
let blobs: RedisBlobStore;

beforeAll(async () => {
  server = await startPrivateRedis({});
  redis = new Redis(server.url);
  store = new JobStore(redis, NAMESPACE);
  blobs = new RedisBlobStore(redis, NAMESPACE);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

interface Attempt {
  readonly record: JobRecord;
  readonly token: string;
  readonly previews: PreviewWriter;
}

async function startAttempt(id?: string): Promise<Attempt> {
  const jobId = id ?? (await createJob());
  const token = randomUUID();
  const record = (await store.start(jobId, token))!;
  const logger = createLogger('worker', 'silent');
  return { record, token, previews: new PreviewWriter({ record, token }, { store, blobs, logger }) };
}

async function createJob(): Promise<string> {
  const createdAtMs = Date.now();
  const id = newJobId(createdAtMs);
  await store.create({
    id,
    task: 'generation',
    model: 'any',
    createdAtMs,
    keepMs: 60_000,
    deadlineAtMs: null,
    priority: 5,
    retryOf: null,
    batchId: null,
    parts: [],
    parentId: null,
    share: 1,
    input: { image: null, options: {} },
    metadata: {},
    warnings: [],
  });
  return id;
}

function preview(step: number): PipelineArtifact {
  const about = { role: 'preview', index: 0, mediaType: 'image/jpeg', width: 8, height: 8 } as const;
  return { ...about, name: `preview-0-${step}.jpg`, bytes: Buffer.from(`after ${step}`) };
}

async function previewsOf({ id }: JobRecord): Promise<Record<string, string | undefined>> {
  const { previews } = (await store.get(id))!;
  const files = previews.map(async ({ name, blobKey }) => [name, String(await blobs.get(blobKey))] as const);
  return Object.fromEntries(await Promise.all(files));
}

const blobsThere = async (id: string) => (await redis.keys(`*blob:{artifact/${id}/*`)).length;

describe('the writer of previews', () => {
  it('writes them while the job runs, for its record to name', async () => {
    const { record, previews } = await startAttempt();
    previews.add(preview(1), 1);
    await expect.poll(() => previewsOf(record)).toEqual({ 'preview-0-1.jpg': 'after 1' });
    previews.add(preview(2), 2);
    await previews.end();
    expect(await previewsOf(record)).toEqual({ 'preview-0-1.jpg': 'after 1', 'preview-0-2.jpg': 'after 2' });
  });

  it('keeps the latest of more than a job may have, whether or not they could be written', async () => {
    const { record, previews } = await startAttempt();
    for (let step = 1; step <= 5; step++) {
      previews.add(preview(step), step);
      await expect.poll(async () => (await store.get(record.id))!.previews.length).toBe(step);
    }
    for (let step = 6; step <= 1000; step++) previews.add(preview(step), step);
    await previews.end();
    const names = (await store.get(record.id))!.previews.map(({ name }) => name);
    expect(names).toHaveLength(PREVIEWS_MAX);
    expect(names.at(-1)).toBe('preview-0-1000.jpg');
    expect(await blobsThere(record.id)).toBe(PREVIEWS_MAX);
  });

  it('takes none once the run is over', async () => {
    const { record, previews } = await startAttempt();
    await previews.end();
    previews.add(preview(1), 1);
    await previews.end();
    expect(await previewsOf(record)).toEqual({});
  });

  it('throws away what an attempt made that no longer holds the job', async () => {
    const lost = await startAttempt();
    lost.previews.add(preview(1), 1);
    await lost.previews.end();
    const later = await startAttempt(lost.record.id);
    expect(await previewsOf(later.record)).toEqual({});
    const late = new PreviewWriter(lost, { store, blobs, logger: createLogger('worker', 'silent') });
    const before = await blobsThere(lost.record.id);
    late.add(preview(2), 2);
    await late.end();
    expect(await previewsOf(later.record)).toEqual({});
    expect(await blobsThere(lost.record.id)).toBe(before);
  });

  it('leaves nothing behind when the job goes', async () => {
    const { record, token, previews } = await startAttempt();
    for (const step of [1, 2, 3]) previews.add(preview(step), step);
    await previews.end();
    await store.finish(record.id, token, 'succeeded', NO_OUTCOME);
    const keys = await store.blobKeys((await store.get(record.id))!);
    await Promise.all(keys.map((key) => blobs.release(key, record.id)));
    expect(await blobsThere(record.id)).toBe(0);
  });
});
