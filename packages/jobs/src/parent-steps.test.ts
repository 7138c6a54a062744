import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryQueues, PARENTS_QUEUE, stepDeliverer } from './delivery-queues.js';
import { newJobId } from './job-id.js';
import { type JobPart, NO_OUTCOME, stageProgress } from './job-record.js';
import { JobStore } from './job-store.js';
import { nextStep, readFamily } from './parent-steps.js';
import { Sweeper } from './sweeper.js';
import { createJob, NAMESPACE, newJob, type RedisFixture, startRedis } from './testing/job-fixtures.js';

const LATER_MS = 60_000;

const part = (name: string, after: readonly string[], share: number): JobPart => ({
  name,
  task: 'segmentation',
  model: `model-of-${name}`,
  options: {},
  after,
  pictureFrom: null,
  share,
});
const PARTS = [part('first', [], 0.5), part('left', ['first'], 0.25), part('right', ['first'], 0.25)];

let redis: RedisFixture;
let store: JobStore;
let deliveries: DeliveryQueues;
let sweeper: Sweeper;

beforeAll(async () => {
  redis = await startRedis();
  const connection = redis.connect();
  deliveries = new DeliveryQueues(connection, NAMESPACE, (error) => {
    throw error;
  });
  store = new JobStore(connection, NAMESPACE, { onChildEnded: stepDeliverer(deliveries) });
  sweeper = new Sweeper({ redis: connection, store, deliveries, blobs: { release: async () => {} } });
});
beforeEach(async () => {
  await redis.connect().flushall();
});
afterAll(async () => {
  await deliveries.close();
  await redis.close();
});

/** A parent whose first step has begun. */
async function createParent(): Promise<string> {
  const id = await createJob(store, { parts: PARTS });
  await store.beginStep(id, 'step');
  return id;
}

async function createChild(parentId: string, name: string): Promise<string> {
  const { children } = (await store.get(parentId))!;
  const id = newJobId(Date.now());
  expect(await store.noteChildren(parentId, 'step', { ...children, [name]: id })).toBe(true);
  const { share, model } = PARTS.find((candidate) => candidate.name === name)!;
  await store.create(newJob({ id, model, parentId, share }));
  return id;
}

async function end(id: string, status: 'succeeded' | 'failed'): Promise<void> {
  await store.start(id, 'attempt');
  await store.finish(id, 'attempt', status, NO_OUTCOME);
}

const stepOf = async (id: string) =>
  nextStep(await readFamily((await store.get(id))!, (ids) => store.getMany(ids)));

describe('a parent', () => {
  it('begins with the parts that wait for none, waits, goes on with those whose turn has come, and finishes', async () => {
    const id = await createParent();
    expect(await stepOf(id)).toEqual({ kind: 'begin', parts: [PARTS[0]] });
    const first = await createChild(id, 'first');
    expect(await stepOf(id)).toEqual({ kind: 'wait' });
    await end(first, 'succeeded');
    expect(await stepOf(id)).toEqual({ kind: 'begin', parts: [PARTS[1], PARTS[2]] });
    await end(await createChild(id, 'left'), 'succeeded');
    expect(await stepOf(id)).toEqual({ kind: 'begin', parts: [PARTS[2]] });
    await end(await createChild(id, 'right'), 'succeeded');
    expect(await stepOf(id)).toEqual({ kind: 'finish' });
  });

  it('stops for a child that failed, whatever else could begin', async () => {
    const id = await createParent();
    const first = await createChild(id, 'first');
    await end(first, 'failed');
    expect(await stepOf(id)).toMatchObject({ kind: 'stop', child: { id: first, status: 'failed' } });
  });

  it('has a child whose step died between its two writes made by the next one', async () => {
    const id = await createParent();
    await store.noteChildren(id, 'step', { first: newJobId(Date.now()) });
    expect(await stepOf(id)).toEqual({ kind: 'begin', parts: [PARTS[0]] });
  });

  it('is delivered for each child that ends, and once for each however often it is told', async () => {
    const id = await createParent();
    const first = await createChild(id, 'first');
    await end(first, 'succeeded');
    await stepDeliverer(deliveries)(id, first);
    expect(await deliveries.depth(PARENTS_QUEUE)).toBe(1);
    await store.cancel(await createChild(id, 'left'));
    expect(await deliveries.depth(PARENTS_QUEUE)).toBe(2);
  });

  it('lets only the step that began last write', async () => {
    const id = await createParent();
    expect((await store.beginStep(id, 'later'))?.attempts).toBe(1);
    expect(await store.noteChildren(id, 'step', { first: 'job_x' })).toBe(false);
    expect(await store.finish(id, 'step', 'succeeded', NO_OUTCOME)).toBe(false);
    expect(await store.finish(id, 'later', 'succeeded', NO_OUTCOME)).toBe(true);
    expect(await store.beginStep(id, 'after its end')).toBeNull();
  });

  it('is as far as its children are, by their shares', async () => {
    const id = await createParent();
    const first = await createChild(id, 'first');
    await store.start(first, 'attempt');
    await store.reportProgress(first, 'attempt', { stage: 'inference', fraction: 0.5, step: 10, steps: 20 });
    const half = { stage: 'inference', fraction: 0.25, step: 10, steps: 20 };
    expect((await store.get(id))!.progress).toEqual(half);
    // Another attempt begins at nothing.
    await store.start(first, 'again');
    await store.reportProgress(first, 'again', stageProgress('decode', 0));
    expect((await store.get(id))!.progress.fraction).toBe(0);
    await store.finish(first, 'again', 'succeeded', NO_OUTCOME);
    expect((await store.get(id))!.progress.fraction).toBe(0.5);
    await end(await createChild(id, 'left'), 'succeeded');
    expect((await store.get(id))!.progress.fraction).toBe(0.75);
  });

  it('has its children in no list but its own', async () => {
    const id = await createParent();
    const child = await createChild(id, 'first');
    const list = async (filter: object) =>
      (await store.indexes.list(filter, { limit: 10 })).map((record) => record.id);
    expect(await list({})).toEqual([id]);
    expect(await list({ task: 'segmentation' })).toEqual([id]);
    expect(await list({ status: 'queued' })).toEqual([]);
    expect(await list({ parentId: id })).toEqual([child]);
    expect(await list({ parentId: id, status: 'succeeded' })).toEqual([]);
    await end(child, 'succeeded');
    expect(await list({ parentId: id, status: 'succeeded' })).toEqual([child]);
    expect(await list({ status: 'succeeded' })).toEqual([]);
  });

  it('that has ended gets no child any more', async () => {
    const id = await createParent();
    await store.cancel(id);
    const child = newJob({ parentId: id });
    await store.create(child);
    expect(await store.get(child.id)).toBeNull();
  });
});

describe('the sweeper', () => {
  it('leaves a parent alone that waits for its children, and delivers one whose step was lost', async () => {
    const id = await createParent();
    const first = await createChild(id, 'first');
    await deliveries.add(`model-${PARTS[0]!.model}`, first, 5);
    expect((await sweeper.sweep(Date.now() + LATER_MS)).redelivered).toEqual([]);
    await end(first, 'succeeded');
    await redis.connect().del(`{${NAMESPACE}}:${PARENTS_QUEUE}:${id}.${first}`);
    expect((await sweeper.sweep(Date.now() + LATER_MS)).redelivered).toEqual([id]);
  });

  it('delivers a child without delivery to the queue of its own model', async () => {
    const id = await createParent();
    const first = await createChild(id, 'first');
    expect((await sweeper.sweep(Date.now() + LATER_MS)).redelivered).toEqual([first]);
    expect(await deliveries.depth(`model-${PARTS[0]!.model}`)).toBe(1);
  });

  it('retires the children with their parent', async () => {
    const id = await createJob(store, { parts: PARTS, keepMs: 1 });
    await store.beginStep(id, 'step');
    const child = await createChild(id, 'first');
    await end(child, 'failed');
    await store.finish(id, 'step', 'failed', NO_OUTCOME);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await sweeper.sweep();
    expect(await store.lookUp(child)).toEqual({ missing: 'no_longer_kept' });
    expect(await store.indexes.list({ parentId: id }, { limit: 10 })).toEqual([]);
  });
});
