import { readEnvironment } from './environment.js';
import { runAsScript } from './expected-failure.js';
import { choosePort, localUrl } from './listening-address.js';
import { readableLogLine } from './log-line.js';
import { refuseArguments } from './refuse-arguments.js';
import { serveUntilStopped, showDeath } from './serve-until-stopped.js';
import { Stack } from './stack.js';
import { startBanner } from './start-banner.js';
import { terminal } from './terminal.js';

/* `npm start`: the whole service in the foreground, until Ctrl-C. */
await runAsScript(async () => {
  refuseArguments('npm start', process.argv.slice(2));
  const { host, port: wantedPort, redisUrl, shutdownGraceSeconds } = readEnvironment({ envFile: true });
  const port = await choosePort(host, wantedPort);
  const url = localUrl(host, port);
  const stack = new Stack({
    redisUrl,
    url,
    shutdownGraceSeconds,
    env: { HOST: host, PORT: port },
    onLine: (part, line) => terminal.line(readableLogLine(part, line)),
    onDeath: showDeath,
  });
  await serveUntilStopped(stack, async () =>
    startBanner({ host, url, hasOwnRedis: redisUrl === undefined, models: await stack.client.models() }),
  );
});
