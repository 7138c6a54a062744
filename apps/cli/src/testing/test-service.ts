import { DarkroomProcess, freePort, type PrivateRedis, startPrivateRedis } from '@darkroom/testkit';

/** A Darkroom of real processes: Redis, api and a worker that reads one folder of models. */
export class TestService {
  private constructor(
    readonly url: string,
    readonly redis: PrivateRedis,
    readonly apps: readonly DarkroomProcess[],
  ) {}

  /** @param variables of the api, as in `.env.example` */
  static async start(
    modelsFolder: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<TestService> {
    const redis = await startPrivateRedis({});
    const port = await freePort();
    const api = new DarkroomProcess('api', {
      REDIS_URL: redis.url,
      PORT: String(port),
      ...variables,
    });
    const worker = new DarkroomProcess('worker', {
      REDIS_URL: redis.url,
      DARKROOM_MODELS_DIR: modelsFolder,
      DARKROOM_DEVICE: 'cpu',
      SHUTDOWN_GRACE_SECONDS: '0',
    });
    await api.logged('listening');
    await worker.logged('worker ready');
    return new TestService(`http://127.0.0.1:${port}`, redis, [worker, api]);
  }

  async stop(): Promise<void> {
    for (const app of this.apps) await app.stop();
    await this.redis.stop();
  }
}
