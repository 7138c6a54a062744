import { DEFAULT_PRIORITY } from '@darkroom/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeliveryConsumer, type DeliveryOutcome } from './delivery-consumer.js';
import { DeliveryQueues, modelQueue } from './delivery-queues.js';
import { newJobId } from './job-id.js';
import { NAMESPACE, type RedisFixture, startRedis } from './testing/job-fixtures.js';

let redis: RedisFixture;
let deliveries: DeliveryQueues;

beforeAll(async () => {
  redis = await startRedis();
  deliveries = new DeliveryQueues(redis.connect(), NAMESPACE, (error) => {
    throw error;
  });
});
afterAll(async () => {
  await deliveries.close();
  await redis.close();
});

/** Takes deliveries until the test says it has seen enough. */
async function consume(
  queue: string,
  handle: (jobId: string) => Promise<DeliveryOutcome>,
  until: () => boolean,
) {
  const consumer = new DeliveryConsumer(queue, handle, {
    redis: redis.connect(),
    namespace: NAMESPACE,
    concurrency: 1,
    onError: () => {},
  });
  consumer.open();
  while (!until()) await new Promise((resolve) => setTimeout(resolve, 10));
  await consumer.close();
}

describe('deliveries', () => {
  it('come in the order they were added, each once', async () => {
    const ids = [newJobId(1), newJobId(2), newJobId(3)];
    for (const id of ids) await deliveries.add(modelQueue('ordered'), id, DEFAULT_PRIORITY);
    await deliveries.add(modelQueue('ordered'), ids[0]!, DEFAULT_PRIORITY);
    expect(await deliveries.depth(modelQueue('ordered'))).toBe(3);
    expect(await Promise.all(ids.map((id) => deliveries.position(modelQueue('ordered'), id)))).toEqual([
      1, 2, 3,
    ]);
    const seen: string[] = [];
    const handle = async (id: string) => {
      seen.push(id);
      return 'done' as const;
    };
    await consume(modelQueue('ordered'), handle, () => seen.length >= 3);
    expect(seen).toEqual(ids);
    const jobs = ids.map((id) => ({ model: 'ordered', id, parts: [] }));
    expect(await deliveries.exist(jobs)).toEqual([false, false, false]);
  });

  it('of higher priority come first, equal ones in their order', async () => {
    const added = [
      [newJobId(20), 5],
      [newJobId(21), 0],
      [newJobId(22), 10],
      [newJobId(23), 5],
    ] as const;
    for (const [id, priority] of added) await deliveries.add(modelQueue('ranked'), id, priority);
    const [usual, low, high, usualToo] = added.map(([id]) => id);
    const positions = added.map(([id]) => deliveries.position(modelQueue('ranked'), id));
    expect(await Promise.all(positions)).toEqual([2, 4, 1, 3]);
    const seen: string[] = [];
    const handle = async (id: string) => {
      seen.push(id);
      return 'done' as const;
    };
    await consume(modelQueue('ranked'), handle, () => seen.length >= 4);
    expect(seen).toEqual([high, usual, usualToo, low]);
  });

  it('that a stopping worker gives back are taken at once by another that waits for one', async () => {
    const options = { namespace: NAMESPACE, concurrency: 1, onError: () => {} };
    let inHand = () => {};
    let giveBack = () => {};
    const isInHand = new Promise<void>((resolve) => {
      inHand = resolve;
    });
    const isGivenBack = new Promise<DeliveryOutcome>((resolve) => {
      giveBack = () => resolve('again');
    });
    const hold = () => {
      inHand();
      return isGivenBack;
    };
    const stopping = new DeliveryConsumer(modelQueue('handed'), hold, { ...options, redis: redis.connect() });
    stopping.open();
    await deliveries.add(modelQueue('handed'), newJobId(24), DEFAULT_PRIORITY);
    await isInHand;
    let isTaken = false;
    const take = async (): Promise<DeliveryOutcome> => {
      isTaken = true;
      return 'done';
    };
    const waiting = new DeliveryConsumer(modelQueue('handed'), take, { ...options, redis: redis.connect() });
    waiting.open();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await stopping.pause();
    giveBack();
    // Left alone, BullMQ looks again only every five seconds.
    await expect.poll(() => isTaken, { timeout: 2_000 }).toBe(true);
    for (const consumer of [stopping, waiting]) await consumer.close();
  });

  it('come again when they were not dealt with, and when dealing with them failed they are gone', async () => {
    const [again, failing] = [newJobId(4), newJobId(5)];
    await deliveries.add(modelQueue('again'), again, DEFAULT_PRIORITY);
    const seen: string[] = [];
    const giveBackOnce = async (id: string): Promise<DeliveryOutcome> => {
      seen.push(id);
      return seen.length === 1 ? 'again' : 'done';
    };
    await consume(modelQueue('again'), giveBackOnce, () => seen.length >= 2);
    expect(seen).toEqual([again, again]);
    await deliveries.add(modelQueue('again'), failing, DEFAULT_PRIORITY);
    const fail = async (id: string): Promise<DeliveryOutcome> => {
      seen.push(id);
      throw new Error('Redis went away');
    };
    await consume(modelQueue('again'), fail, () => seen.length >= 3);
    expect(await deliveries.exist([{ model: 'again', id: failing, parts: [] }])).toEqual([false]);
  });

  it('wait while the consumer is paused', async () => {
    const ids = [newJobId(7), newJobId(8)];
    const seen: string[] = [];
    const consumer = new DeliveryConsumer(
      modelQueue('paused'),
      async (id) => {
        seen.push(id);
        return 'done';
      },
      { redis: redis.connect(), namespace: NAMESPACE, concurrency: 1, onError: () => {} },
    );
    consumer.open();
    await deliveries.add(modelQueue('paused'), ids[0]!, DEFAULT_PRIORITY);
    await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(1);
    await consumer.finish();
    await deliveries.add(modelQueue('paused'), ids[1]!, DEFAULT_PRIORITY);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toEqual([ids[0]]);
    consumer.open();
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(ids);
    await consumer.close();
  });

  it('of a worker that died wait again, even where every consumer is paused', async () => {
    const id = newJobId(9);
    await deliveries.add(modelQueue('stalled'), id, DEFAULT_PRIORITY);
    const options = { namespace: NAMESPACE, concurrency: 1, onError: () => {} };
    const dyingConnection = redis.connect();
    const dying = new DeliveryConsumer(modelQueue('stalled'), () => new Promise(() => {}), {
      ...options,
      redis: dyingConnection,
    });
    dying.open();
    await expect.poll(() => deliveries.depth(modelQueue('stalled')), { timeout: 5_000 }).toBe(0);
    await dying.abandon();
    const paused = new DeliveryConsumer(modelQueue('stalled'), async () => 'done', {
      ...options,
      redis: redis.connect(),
    });
    await expect.poll(() => deliveries.depth(modelQueue('stalled')), { timeout: 15_000 }).toBe(1);
    await paused.close();
  }, 30_000);

  it('can be taken away while they wait', async () => {
    const id = newJobId(6);
    await deliveries.add(modelQueue('removed'), id, DEFAULT_PRIORITY);
    await deliveries.remove(modelQueue('removed'), id);
    expect(await deliveries.depth(modelQueue('removed'))).toBe(0);
    await deliveries.remove(modelQueue('removed'), id);
    expect(await deliveries.position(modelQueue('removed'), id)).toBeNull();
  });
});
