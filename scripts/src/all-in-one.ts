import { accessSync, constants } from 'node:fs';
import type { Model } from '@darkroom/contracts';
import { type Environment, readEnvironment } from './environment.js';
import { ExpectedFailure, runAsScript } from './expected-failure.js';
import { choosePort, localUrl } from './listening-address.js';
import { readableLogLine } from './log-line.js';
import { serveUntilStopped, showDeath } from './serve-until-stopped.js';
import { Stack } from './stack.js';
import { terminal } from './terminal.js';

const DATA_FOLDER = '/data';
const DEFAULT_REDIS_MAX_MEMORY = '2gb';
/** What was kept is read before Redis answers. */
const REDIS_START_TIMEOUT_MS = 300_000;

const HELP = `Darkroom in one container: Redis, API and a worker on the CPU, for trying it out.

  docker run --rm --publish 127.0.0.1:8080:8080 IMAGE serve      the service, until Ctrl-C or docker stop
  docker run --rm IMAGE --help                                   this text

Then, with one of the sample pictures in examples/pictures:

  curl -F image=@shapes-1.jpg -H 'Accept: image/*' http://127.0.0.1:8080/v1/segmentation -o overlay.jpg

All calls are described at http://127.0.0.1:8080/docs.

  --volume darkroom:${DATA_FOLDER}                       keeps jobs and results when the container goes
  --volume "$PWD/models:/app/models/local:ro"   folders of models of your own, beside the demo models
  --env DARKROOM_MODEL_SOURCES=https://…        models to fetch before it starts: docs/containers.md
  --read-only --tmpfs /tmp --cap-drop ALL       all that it needs
  --env REDIS_MAXMEMORY=${DEFAULT_REDIS_MAX_MEMORY}                     the most that Redis may hold, after which it refuses new jobs
  --env REDIS_URL=redis://…                     a Redis of your own instead of the one in the container
  --env NAME=VALUE                              any other variable of the README, such as LOG_LEVEL=debug
`;

/* `docker run IMAGE serve`: what the all-in-one image runs. */
await runAsScript(async () => {
  const [command, ...others] = process.argv.slice(2);
  if (command === '--help' || command === 'help') return terminal.line(HELP);
  if (command !== 'serve' || others.length > 0) {
    throw new ExpectedFailure(`expected "serve", got "${process.argv.slice(2).join(' ')}"\n\n${HELP}`);
  }
  await serve(readEnvironment({ envFile: false }));
});

async function serve({
  host,
  port: wantedPort,
  redisUrl,
  redisMaxMemory,
  shutdownGraceSeconds,
}: Environment): Promise<void> {
  if (redisUrl === undefined) checkDataFolder();
  const port = await choosePort(host, wantedPort);
  const stack = new Stack({
    redisUrl,
    privateRedis: {
      folder: DATA_FOLDER,
      maxMemory: redisMaxMemory ?? DEFAULT_REDIS_MAX_MEMORY,
      startTimeoutMs: REDIS_START_TIMEOUT_MS,
    },
    url: localUrl(host, port),
    shutdownGraceSeconds,
    env: { HOST: host, PORT: port },
    onLine: (part, line) => terminal.line(readableLogLine(part, line)),
    onDeath: showDeath,
  });
  await serveUntilStopped(stack, async () => banner(port, await stack.client.models()));
}

function checkDataFolder(): void {
  try {
    accessSync(DATA_FOLDER, constants.W_OK);
  } catch {
    throw new ExpectedFailure(
      `${DATA_FOLDER} cannot be written by user ${process.getuid?.()}, and Redis keeps its data there. Use a volume with a ` +
        `name (--volume darkroom:${DATA_FOLDER}), or give the folder to that user with chown.`,
    );
  }
}

function banner(port: string, models: readonly Model[]): string {
  const names = models.map(({ id, demo }) => (demo ? `${id} (demo)` : id)).join(', ');
  return [
    '',
    `${terminal.paint('bold', 'Darkroom serves')} at port ${port} of this container. With --publish 127.0.0.1:${port}:${port}, see`,
    `  ${terminal.paint('cyan', `http://127.0.0.1:${port}/docs`)}`,
    `Models: ${names || `none; mount some at /app/models`}`,
    '',
  ].join('\n');
}
