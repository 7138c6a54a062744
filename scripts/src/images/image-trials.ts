import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DarkroomClient } from '@darkroom/client';
import { freePort, startPrivateRedis } from '@darkroom/private-redis';
import { ExpectedFailure } from '../expected-failure.js';
import { REPOSITORY_ROOT } from '../repository-root.js';
import type { ImageConfig } from './buildah.js';
import { RunningImage, type RunOptions } from './running-image.js';
import { runSampleJob, type SampleOutcome, untilReady } from './sample-job.js';

/** An image whose files lie in a folder. */
export interface UnpackedImage {
  readonly root: string;
  readonly config: ImageConfig;
}

const HOST = '127.0.0.1';

/** Runs one job through the images of api and worker, with a Redis that is in neither. */
export async function tryApiAndWorker(
  images: { readonly api: UnpackedImage; readonly worker: UnpackedImage },
  signal: AbortSignal,
): Promise<SampleOutcome> {
  const port = String(await freePort());
  const workerPort = String(await freePort());
  const redis = await startPrivateRedis();
  const api = { name: 'the api', ...images.api, env: { REDIS_URL: redis.url, HOST, PORT: port } };
  const worker = {
    name: 'the worker',
    ...images.worker,
    env: {
      REDIS_URL: redis.url,
      DARKROOM_MODELS_DIR: 'models',
      DARKROOM_DEVICE: 'cpu',
      WORKER_PORT: workerPort,
    },
    volumes: [`${join(REPOSITORY_ROOT, 'models')}:/app/models:ro`],
  };
  try {
    return await tryImages([api, worker], port, signal);
  } finally {
    await redis.stop();
  }
}

/** Where the image has the demo model already, to be brought in under another name. */
const MODEL_SOURCES = 'models/shapes-det/shapes-det.onnx --id brought-in';

/** Runs one job through the image that has everything in it, and which brings in a model before. */
export async function tryAllInOne(image: UnpackedImage, signal: AbortSignal): Promise<SampleOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-all-in-one-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  chownSync(data, 1000, 1000);
  const port = String(await freePort());
  const env = { HOST, PORT: port };
  const volumes = [`${data}:/data:rw`];
  try {
    await expectHelp({ name: 'the all-in-one image', ...image, env, args: ['--help'] });
    const sources = { DARKROOM_MODEL_SOURCES: MODEL_SOURCES };
    const serve = {
      name: 'the all-in-one image',
      ...image,
      env: { ...env, ...sources },
      volumes,
      args: ['serve'],
    };
    const outcome = await tryImages([serve], port, signal);
    if (!existsSync(join(data, 'models', 'brought-in', 'model.json'))) {
      throw new ExpectedFailure(`expected the all-in-one image to bring in ${MODEL_SOURCES}, it did not`);
    }
    return outcome;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts images, runs a job, looks at them, stops them in their order; whatever happens, none is left. */
async function tryImages(
  images: readonly RunOptions[],
  port: string,
  signal: AbortSignal,
): Promise<SampleOutcome> {
  const client = new DarkroomClient({ baseUrl: `http://${HOST}:${port}` });
  const running: RunningImage[] = [];
  try {
    for (const image of images) running.push(await RunningImage.start(image));
    await untilReady(client, running, signal);
    const outcome = await runSampleJob(client, signal);
    for (const [index, image] of running.entries()) {
      expectOrdinaryUser(image, images[index]!);
      await expectTellingHealthCheck(image, images[index]!.name);
    }
    for (const [index, image] of running.entries()) await expectCleanStop(image, images[index]!.name);
    return outcome;
  } finally {
    for (const image of running) await image.kill();
  }
}

async function expectHelp(options: RunOptions): Promise<void> {
  const { exitCode, output } = await RunningImage.runToEnd(options);
  if (exitCode !== 0 || !output.includes('docker run')) {
    throw new ExpectedFailure(`${options.name}: --help ends with ${exitCode}:\n${output}`);
  }
}

function expectOrdinaryUser(image: RunningImage, { name, config }: RunOptions): void {
  const wanted = Number(config.User.split(':')[0]);
  const others = image.processes.filter(({ userId }) => userId !== wanted);
  if (image.processes.length > 0 && others.length === 0) return;
  throw new ExpectedFailure(
    `${name}: expected processes of user ${wanted} alone, found ${JSON.stringify(others)}`,
  );
}

/** The health check says yes while the service runs, and no where nothing listens. */
async function expectTellingHealthCheck(image: RunningImage, name: string): Promise<void> {
  if (!(await image.isHealthy())) throw new ExpectedFailure(`${name}: the health check fails while it runs`);
  const nobody = String(await freePort());
  if (await image.isHealthy({ PORT: nobody, WORKER_PORT: nobody })) {
    throw new ExpectedFailure(`${name}: the health check succeeds where nothing listens`);
  }
}

async function expectCleanStop(image: RunningImage, name: string): Promise<void> {
  await image.stop();
  if (image.exitCode === 0) return;
  throw new ExpectedFailure(`${name} ends with ${image.exitCode}:\n${image.output}`);
}
