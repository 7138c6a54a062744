import { readEnvironment } from './environment.js';
import { runAsScript } from './expected-failure.js';
import { choosePort, localUrl } from './listening-address.js';
import { readableLogLine } from './log-line.js';
import { Stack } from './stack.js';
import { startBanner } from './start-banner.js';
import { onStopRequest } from './stop-requests.js';
import { terminal } from './terminal.js';

/* `npm start`: the whole service in the foreground, until Ctrl-C. */
await runAsScript(async () => {
  const { host, port: wantedPort, redisUrl, shutdownGraceSeconds } = readEnvironment({ envFile: true });
  const port = await choosePort(host, wantedPort);
  const url = localUrl(host, port);
  const stack = new Stack({
    redisUrl,
    url,
    shutdownGraceSeconds,
    env: { HOST: host, PORT: port },
    onLine: (part, line) => terminal.line(readableLogLine(part, line)),
    onDeath: (part, reason, restartsInMs) => {
      const outlook = restartsInMs === null ? '' : `; starting it again in ${restartsInMs / 1000} s`;
      terminal.line(terminal.paint('yellow', `${part} has ended: ${reason}${outlook}`));
    },
  });
  const stopRequest = untilStopRequest(stack);
  terminal.line('  starting Redis, API and worker …');
  const running = serve(stack, { host, url, hasOwnRedis: redisUrl === undefined });
  try {
    await Promise.race([stopRequest, running]);
  } finally {
    await stack.stop();
  }
  terminal.line('stopped');
});

/** Starts everything and says so. Settles only when something goes wrong. */
async function serve(
  stack: Stack,
  address: { readonly host: string; readonly url: string; readonly hasOwnRedis: boolean },
): Promise<never> {
  await stack.start(Number.POSITIVE_INFINITY);
  stack.keepAlive();
  terminal.line(startBanner({ ...address, models: await stack.client.models() }));
  return stack.death;
}

/** Resolves when we are told to stop; a second time ends everything at once. */
function untilStopRequest(stack: Stack): Promise<void> {
  return new Promise((resolve) => {
    onStopRequest(
      () => {
        terminal.line('\nstopping …');
        resolve();
      },
      () => stack.kill().finally(() => process.exit(1)),
    );
  });
}
