import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DarkroomClient } from '@darkroom/client';
import type { Job } from '@darkroom/contracts';
import { encodePicture, pixelsOf } from '@darkroom/imaging';
import {
  DarkroomProcess,
  descendantsOf,
  freePort,
  type PrivateRedis,
  segmentationGraph,
  startPrivateRedis,
  type TestModel,
  writeTestModel,
} from '@darkroom/testkit';
import { slowGraph } from './slow-graph.js';

const CLASSES = 8;

/** A whole Darkroom of real processes: Redis, api and any number of workers. */
export class TestService {
  readonly modelsFolder: string;
  readonly client: DarkroomClient;
  readonly #redis: PrivateRedis;
  readonly #port: number;
  readonly #workers: DarkroomProcess[] = [];
  #api: DarkroomProcess;

  private constructor(modelsFolder: string, redis: PrivateRedis, port: number, api: DarkroomProcess) {
    this.modelsFolder = modelsFolder;
    this.#redis = redis;
    this.#port = port;
    this.#api = api;
    this.client = new DarkroomClient({ baseUrl: this.url });
  }

  /** Redis and the api; workers are started by the test, once its models are written. */
  static async start(): Promise<TestService> {
    const modelsFolder = await mkdtemp(join(tmpdir(), 'darkroom-models-'));
    const redis = await startPrivateRedis({});
    const port = await freePort();
    const api = startApi(redis.url, port);
    await api.logged('listening');
    return new TestService(modelsFolder, redis, port, api);
  }

  get api(): DarkroomProcess {
    return this.#api;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get redisUrl(): string {
    return this.#redis.url;
  }

  async restartApi(): Promise<void> {
    this.#api = startApi(this.#redis.url, this.#port);
    await this.#api.logged('listening');
  }

  /** @param readyWithinMs large models take their time: they are read whole and checked first */
  async startWorker(env: Record<string, string> = {}, readyWithinMs = 60_000): Promise<DarkroomProcess> {
    const worker = new DarkroomProcess('worker', {
      REDIS_URL: this.#redis.url,
      DARKROOM_MODELS_DIR: this.modelsFolder,
      DARKROOM_DEVICE: 'cpu',
      SHUTDOWN_GRACE_SECONDS: '0',
      LOG_LEVEL: 'debug',
      ...env,
    });
    this.#workers.push(worker);
    await worker.logged('worker ready', readyWithinMs);
    return worker;
  }

  /** A model that answers at once. */
  async addQuickModel(id: string, manifest: TestModel['manifest'] = {}): Promise<void> {
    await writeTestModel(this.modelsFolder, { id, graph: segmentationGraph({ classes: CLASSES }), manifest });
  }

  /** A model that takes batches, each of which blocks its process for about so long. */
  async addBatchingModel(
    id: string,
    { maxBatch, runMs }: { maxBatch: number; runMs: number },
  ): Promise<void> {
    const graph = await slowGraph(runMs, { classes: CLASSES, freeBatch: true });
    const batching = { max_batch: maxBatch, max_delay_ms: 100 };
    await writeTestModel(this.modelsFolder, { id, graph, manifest: { batching } });
  }

  /** A model each of whose runs blocks its process for so long at least. */
  async addSlowModel(id: string, runMs: number): Promise<void> {
    await writeTestModel(this.modelsFolder, { id, graph: await slowGraph(runMs, { classes: CLASSES }) });
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#workers.filter((worker) => worker.isAlive).map((worker) => worker.end('SIGKILL')),
    );
    await this.#api.stop();
    await this.#redis.stop();
    await rm(this.modelsFolder, { recursive: true, force: true });
  }
}

function startApi(redisUrl: string, port: number): DarkroomProcess {
  return new DarkroomProcess('api', { REDIS_URL: redisUrl, PORT: String(port) });
}

/** A small picture of random blocks; the same number gives the same picture. */
export async function testPicture(seed: number): Promise<Buffer> {
  const size = 32;
  const data = new Uint8Array(size * size * 3);
  const blocks = createHash('sha512').update(String(seed)).digest();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const block = (y >> 3) * 4 + (x >> 3);
      for (let c = 0; c < 3; c++) data[(y * size + x) * 3 + c] = blocks[(block * 3 + c) % blocks.length]!;
    }
  }
  return encodePicture(pixelsOf(data, size, size), 'png');
}

/** A small picture of one grey, from 0 to 255. */
export async function plainPicture(grey: number): Promise<Buffer> {
  const size = 32;
  return encodePicture(pixelsOf(new Uint8Array(size * size * 3).fill(grey), size, size), 'png');
}

/** Process ids of the inference processes that a worker has for a model. */
export function inferencePids(worker: DarkroomProcess, model: string): number[] {
  return descendantsOf(worker.pid)
    .filter(({ title }) => title.startsWith(`darkroom inference ${model}`))
    .map(({ pid }) => pid);
}

/** Polls until a job is in an inference stage of a running attempt. */
export async function untilRunning(client: DarkroomClient, job: Job, attempts = 1): Promise<Job> {
  for (;;) {
    const present = await client.job(job);
    if (present.finished_at) throw new Error(`the job ended too early: ${JSON.stringify(present.error)}`);
    if (
      present.status === 'running' &&
      present.attempts >= attempts &&
      present.progress.stage === 'inference'
    )
      return present;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
