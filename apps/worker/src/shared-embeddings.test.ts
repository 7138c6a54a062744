import type { Job, SegmentationFields } from '@darkroom/contracts';
import { encodePicture, pixelsOf } from '@darkroom/imaging';
import {
  type DarkroomProcess,
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeTestModel,
} from '@darkroom/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestService } from './testing/test-service.js';

const SIDE = 128;
const GRAPHS = { exported: 'meta', side: SIDE, takesBoxes: true } as const;
/** A worker whose processes keep none themselves, and with room for one embedding in Redis: half precision, 3 × 64 × 64. */
const ONE = {
  DARKROOM_WORKER_ID: 'one',
  EMBEDDING_CACHE_BYTES: '0',
  SHARED_EMBEDDING_CACHE_BYTES: String(1.5 * 2 * 3 * 64 * 64),
};
const OTHER = { DARKROOM_WORKER_ID: 'other' };
const ALONE = { DARKROOM_WORKER_ID: 'alone', SHARED_EMBEDDING_CACHE_BYTES: '0' };
const CLICK: SegmentationFields = { prompts: [{ points: [{ x: 40, y: 30 }] }] };

let service: TestService;
let redis: Redis;
let serving: { readonly setUp: string; readonly worker: DarkroomProcess } | undefined;

beforeAll(async () => {
  service = await TestService.start();
  redis = new Redis(service.redisUrl);
  await addModel('sam', samEncoderGraph(GRAPHS));
}, 60_000);
beforeEach(() => clearCache());
afterAll(async () => {
  redis?.disconnect();
  await service?.stop();
});

async function addModel(id: string, encoder: Uint8Array): Promise<void> {
  await writeTestModel(service.modelsFolder, {
    id,
    graph: { encoder, decoder: samDecoderGraph(GRAPHS) },
    manifest: samManifest(GRAPHS),
  });
}

/** A box of one grey on black: each grey is another picture. */
function boxPicture(grey: number): Promise<Buffer> {
  const [width, height] = [96, 64];
  const data = new Uint8Array(width * height * 3);
  for (let y = 10; y < 50; y++) data.fill(grey, (y * width + 20) * 3, (y * width + 70) * 3);
  return encodePicture(pixelsOf(data, width, height), 'png');
}

async function ask(picture: Buffer, fields: SegmentationFields = CLICK): Promise<Job> {
  const job = await service.client.submitSegmentation(
    { image: picture, model: 'sam', ...fields },
    { waitSeconds: 50 },
  );
  expect(job.error).toBeNull();
  return job;
}

async function clearCache(): Promise<void> {
  const keys = await redis.keys('*embeddings*');
  if (keys.length > 0) await redis.del(keys);
}

const keptInRedis = () => redis.keys('*:blob:{embeddings/*');

/** Has one worker serve, alone; the one that does already, where it is set up so. */
async function serveBy(env: Readonly<Record<string, string>>): Promise<void> {
  const setUp = JSON.stringify(env);
  if (serving?.setUp === setUp) return;
  await serving?.worker.stop();
  serving = { setUp, worker: await service.startWorker(env) };
}

describe('the embedding that one worker made of a picture', () => {
  it('is there as soon as its job has ended, also when it was all that was asked for', async () => {
    await serveBy(ONE);
    const picture = await boxPicture(10);
    expect((await ask(picture, { mode: 'embedding' })).execution!.embedding).toBe('computed');
    expect(await keptInRedis()).toHaveLength(1);
    expect((await ask(picture)).execution!.embedding).toBe('cached');
  });

  it('that was evicted is made again', async () => {
    await serveBy(ONE);
    const [first, second] = [await boxPicture(100), await boxPicture(101)];
    const asked: Job[] = [];
    for (const picture of [first, first, second, second, first]) asked.push(await ask(picture));
    expect(asked.map(({ execution }) => execution!.embedding)).toEqual([
      'computed',
      'cached',
      'computed',
      'cached',
      'computed',
    ]);
    expect(await keptInRedis()).toHaveLength(1);
  });

  it('that cannot be read is made again, and the job knows nothing of it', async () => {
    await serveBy(ONE);
    const picture = await boxPicture(180);
    await ask(picture);
    const [key] = await keptInRedis();
    await redis.set(key!, 'nothing that anybody could read');
    expect(await ask(picture)).toMatchObject({ warnings: [], execution: { embedding: 'computed' } });
    expect((await ask(picture)).execution!.embedding).toBe('cached');
  });

  it('answers the next prompt on another, as the first answered it', async () => {
    const picture = await boxPicture(200);
    await serveBy(ONE);
    const first = await ask(picture);
    await serveBy(OTHER);
    const second = await ask(picture);
    expect(first.execution).toMatchObject({ worker: 'one', embedding: 'computed' });
    expect(second.execution).toMatchObject({ worker: 'other', embedding: 'cached' });
    expect(second.result).toEqual(first.result);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    for (const source of ['computed', 'cached']) {
      expect(metrics).toMatch(
        new RegExp(`^darkroom_embeddings_total{model="sam",source="${source}"} [1-9]`, 'm'),
      );
    }
  });

  it('is never used by other weights of the same name', async () => {
    const picture = await boxPicture(150);
    await serveBy(OTHER);
    await ask(picture);
    await addModel('sam', samEncoderGraph({ ...GRAPHS, gain: 0.9 }));
    await serveBy({ DARKROOM_WORKER_ID: 'of-other-weights' });
    expect((await ask(picture)).execution!.embedding).toBe('computed');
  });

  it('is kept by nobody but its process where the operator shares none', async () => {
    const picture = await boxPicture(160);
    await serveBy(ALONE);
    await ask(picture);
    expect((await ask(picture)).execution!.embedding).toBe('cached');
    expect(await keptInRedis()).toEqual([]);
  });
});
