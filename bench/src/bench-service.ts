import { DarkroomClient } from '@darkroom/client';
import { DarkroomProcess, freePort, type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';
import { onCores } from './cores.js';
import { KeptConnections } from './kept-connections.js';
import type { Resources } from './resources.js';

/** A whole Darkroom of its own, as it was built: Redis with its append-only file, an api, any number of workers. */
export class BenchService {
  /** The project's own client. */
  readonly client: DarkroomClient;
  readonly url: string;
  readonly connections: KeptConnections;
  readonly redis: PrivateRedis;
  readonly api: DarkroomProcess;
  #workers: DarkroomProcess[] = [];

  private constructor(url: string, redis: PrivateRedis, api: DarkroomProcess) {
    this.url = url;
    this.connections = new KeptConnections(url);
    this.client = new DarkroomClient({ baseUrl: url });
    this.redis = redis;
    this.api = api;
  }

  /**
   * Starts Redis and the api.
   * @param variables of the api, beside the address of Redis and the port
   */
  static async start(
    resources: Resources,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<BenchService> {
    // As the compose file has it: jobs outlive Redis, and the bench pays for that too.
    const redis = resources.add(await startPrivateRedis({ appendOnly: true }), (it) => it.stop());
    const port = await freePort();
    const env = { ...variables, REDIS_URL: redis.url, PORT: String(port) };
    const api = resources.add(new DarkroomProcess('api', env), (it) => it.stop());
    await api.logged('listening');
    const service = new BenchService(`http://127.0.0.1:${port}`, redis, api);
    return resources.add(service, (it) => it.stopWorkers());
  }

  get workers(): readonly DarkroomProcess[] {
    return this.#workers;
  }

  /**
   * Starts workers on the CPU that serve one model, and waits until they have it loaded.
   *
   * @param shares the cores of each worker; `null` for all there are
   * @param readyWithinMs how long the largest model may take to be opened
   */
  async startWorkers(
    modelsFolder: string,
    modelId: string,
    shares: readonly (readonly number[] | null)[],
    readyWithinMs?: number,
  ): Promise<void> {
    const env = {
      REDIS_URL: this.redis.url,
      DARKROOM_MODELS_DIR: modelsFolder,
      DARKROOM_MODELS: modelId,
      DARKROOM_DEVICE: 'cpu',
    };
    for (const cores of shares) {
      this.#workers.push(onCores(cores, () => new DarkroomProcess('worker', env)));
    }
    await Promise.all(this.#workers.map((worker) => worker.logged('worker ready', readyWithinMs)));
  }

  async stopWorkers(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}
