import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactsOf, NO_OUTCOME, type StoredArtifact, stageProgress } from './job-record.js';
import { JobStore } from './job-store.js';
import { createJob, NAMESPACE, newJob, type RedisFixture, startRedis } from './testing/job-fixtures.js';

let redis: RedisFixture;
let store: JobStore;

beforeAll(async () => {
  redis = await startRedis();
  store = new JobStore(redis.connect(), NAMESPACE);
});
afterAll(() => redis.close());

function preview(name: string): StoredArtifact {
  return {
    blobKey: `artifact/${name}`,
    name,
    role: 'preview',
    index: 0,
    mediaType: 'image/jpeg',
    bytes: 3,
    sha256: 'abc',
    width: 8,
    height: 8,
  };
}

describe('a job record', () => {
  it('comes back as it was made', async () => {
    const job = newJob({ metadata: { order: 7 }, warnings: [{ code: 'no_worker', detail: 'none' }] });
    await store.create(job);
    const { warnings, ...submission } = job;
    expect(await store.get(job.id)).toMatchObject({
      ...submission,
      status: 'queued',
      attempts: 0,
      startedAtMs: null,
      finishedAtMs: null,
      progress: stageProgress('queued', 0),
      outcome: { ...NO_OUTCOME, warnings },
    });
  });

  it('is not made twice under one id', async () => {
    const job = newJob();
    await store.create(job);
    await store.start(job.id, 'a');
    await store.create({ ...job, model: 'other' });
    expect(await store.get(job.id)).toMatchObject({ model: 'shapes-seg', status: 'running' });
  });

  it('runs and succeeds', async () => {
    const id = await createJob(store);
    expect(await store.start(id, 'a')).toMatchObject({ status: 'running', attempts: 1, deaths: 0 });
    expect(await store.reportProgress(id, 'a', stageProgress('inference', 0.5))).toBe(true);
    expect((await store.get(id))?.progress).toEqual(stageProgress('inference', 0.5));
    expect(await store.finish(id, 'a', 'succeeded', { ...NO_OUTCOME, modelVersion: 'ff' })).toBe(true);
    const ended = await store.get(id);
    expect(ended).toMatchObject({ status: 'succeeded', progress: stageProgress('done', 1) });
    expect(ended?.outcome.modelVersion).toBe('ff');
    expect(ended?.keptUntilMs).toBe(ended!.finishedAtMs! + ended!.keepMs);
  });

  it('needs no picture, and keeps to the number of its steps', async () => {
    const input = { image: null, options: { prompt: [''] } };
    const job = newJob({ task: 'generation', input });
    await store.create(job);
    await store.start(job.id, 'a');
    await store.finish(job.id, 'a', 'succeeded', NO_OUTCOME, 20);
    const ended = (await store.get(job.id))!;
    expect(ended).toMatchObject({ input, progress: { stage: 'done', fraction: 1, step: 20, steps: 20 } });
    expect(await store.blobKeys(ended)).toEqual([]);
  });

  it('has the previews of its last attempt, also after its end', async () => {
    const id = await createJob(store);
    const made = [{ artifact: 'preview-0.jpg', step: 5 }];
    await store.start(id, 'lost');
    expect(await store.addPreviews(id, 'lost', [preview('preview-0.jpg')], made)).toBe(true);
    expect((await store.get(id))!.previews).toEqual([preview('preview-0.jpg')]);
    expect((await store.start(id, 'later'))!.previews).toEqual([]);
    expect(await store.addPreviews(id, 'lost', [preview('preview-0.jpg')], made)).toBe(false);
    await store.addPreviews(id, 'later', [preview('preview-1.jpg')], made);
    await store.finish(id, 'later', 'succeeded', NO_OUTCOME);
    const ended = (await store.get(id))!;
    expect(artifactsOf(ended)).toEqual([preview('preview-1.jpg')]);
    expect(await store.blobKeys(ended)).toContain('artifact/preview-1.jpg');
    expect(await store.addPreviews(id, 'later', [], made)).toBe(false);
  });

  it('is written by the attempt that started last, and by no other', async () => {
    const id = await createJob(store);
    await store.start(id, 'lost');
    expect(await store.start(id, 'later')).toMatchObject({ attempts: 2, deaths: 1 });
    expect(await store.reportProgress(id, 'lost', stageProgress('inference', 0.9))).toBe(false);
    expect(await store.finish(id, 'lost', 'succeeded', { ...NO_OUTCOME, modelVersion: 'lost' })).toBe(false);
    expect(await store.giveBack(id, 'lost')).toBe(false);
    expect(await store.died(id, 'lost')).toBe('lost');
    expect(await store.finish(id, 'later', 'succeeded', { ...NO_OUTCOME, modelVersion: 'later' })).toBe(true);
    expect((await store.get(id))?.outcome.modelVersion).toBe('later');
  });

  it('never changes once it has ended', async () => {
    const id = await createJob(store);
    await store.start(id, 'a');
    await store.finish(id, 'a', 'failed', {
      ...NO_OUTCOME,
      error: { code: 'out_of_memory', detail: 'too big' },
    });
    const ended = await store.get(id);
    expect(await store.start(id, 'b')).toBeNull();
    expect(await store.cancel(id)).toBe(false);
    expect(await store.finish(id, 'a', 'succeeded', NO_OUTCOME)).toBe(false);
    expect(await store.get(id)).toEqual(ended);
  });

  it('can be canceled while it waits and while it runs, and its attempt then writes nothing', async () => {
    const waiting = await createJob(store);
    expect(await store.cancel(waiting)).toBe(true);
    expect(await store.start(waiting, 'a')).toBeNull();
    const running = await createJob(store);
    await store.start(running, 'a');
    expect(await store.cancel(running)).toBe(true);
    expect(await store.finish(running, 'a', 'succeeded', NO_OUTCOME)).toBe(false);
    expect((await store.get(running))?.status).toBe('canceled');
  });

  it('waits again, without a death, when it is given back', async () => {
    const id = await createJob(store);
    await store.start(id, 'a');
    expect(await store.giveBack(id, 'a')).toBe(true);
    expect(await store.get(id)).toMatchObject({ status: 'queued', deaths: 0, attempts: 1 });
    expect(await store.start(id, 'b')).toMatchObject({ attempts: 2, deaths: 0 });
  });

  it('waits again after a first and a second death, and not after a third', async () => {
    const id = await createJob(store);
    for (const [token, next] of [
      ['a', 'again'],
      ['b', 'again'],
      ['c', 'final'],
    ] as const) {
      await store.start(id, token);
      expect(await store.died(id, token)).toBe(next);
    }
    expect(await store.get(id)).toMatchObject({ status: 'running', deaths: 3, attempts: 3 });
  });

  it('ends once when many finish it at the same time', async () => {
    const id = await createJob(store);
    await store.start(id, 'a');
    const outcomes = await Promise.all([
      ...Array.from({ length: 10 }, () => store.finish(id, 'a', 'succeeded', NO_OUTCOME)),
      ...Array.from({ length: 10 }, () => store.cancel(id)),
    ]);
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  it('is no longer kept when its time is over, even before it is swept', async () => {
    const id = await createJob(store, { keepMs: 1 });
    await store.start(id, 'a');
    await store.finish(id, 'a', 'succeeded', NO_OUTCOME);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await store.lookUp(id)).toEqual({ missing: 'no_longer_kept' });
    await store.retire((await store.get(id))!);
    expect(await store.lookUp(id)).toEqual({ missing: 'no_longer_kept' });
  });

  it('leaves no key behind when it is deleted', async () => {
    const connection = redis.connect();
    const id = await createJob(store);
    await store.start(id, 'a');
    await store.finish(id, 'a', 'succeeded', NO_OUTCOME);
    await store.remove((await store.get(id))!);
    expect(await store.lookUp(id)).toEqual({ missing: 'never_or_deleted' });
    for (const key of await connection.keys('*')) {
      if ((await connection.type(key)) !== 'zset') expect(key).not.toContain(id);
      else expect(await connection.zscore(key, id)).toBeNull();
    }
  });
});

it('notes the blobs of a job that is there, and of one that has gone none', async () => {
  const connection = redis.connect();
  const kept = await createJob(store);
  await store.noteBlobs(kept, ['artifact/a', 'artifact/b']);
  expect((await store.blobKeys((await store.get(kept))!)).toSorted()).toEqual(
    expect.arrayContaining(['artifact/a', 'artifact/b']),
  );
  const [deleted, retired] = [await createJob(store), await createJob(store)];
  await store.remove((await store.get(deleted))!);
  await store.retire((await store.get(retired))!);
  for (const id of [deleted, retired]) {
    await store.noteBlobs(id, ['artifact/c']);
    expect(await connection.exists(store.keys.blobs(id))).toBe(0);
  }
});

describe('a list of jobs', () => {
  it('is newest first, filtered, and goes on where a page ended', async () => {
    const startMs = Date.now() + 1000;
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) {
      ids.push(await createJob(store, { model: i % 2 ? 'odd' : 'even', createdAtMs: startMs + i }));
    }
    await store.start(ids[1]!, 'a');
    const idsOf = async (...[filter, page]: Parameters<JobStore['indexes']['list']>) =>
      (await store.indexes.list(filter, page)).map(({ id }) => id);
    expect(await idsOf({ model: 'odd' }, { limit: 10 })).toEqual([ids[5], ids[3], ids[1]]);
    expect(await idsOf({ model: 'odd', status: 'running' }, { limit: 10 })).toEqual([ids[1]]);
    expect(await idsOf({ model: 'even' }, { limit: 2 })).toEqual([ids[6], ids[4]]);
    expect(await idsOf({ model: 'even' }, { limit: 2, before: ids[4] })).toEqual([ids[2], ids[0]]);
    expect(await idsOf({ task: 'segmentation' }, { limit: 10, createdAfterId: ids[4] })).toEqual([
      ids[6],
      ids[5],
    ]);
  });
});
