import { freePort } from '@darkroom/private-redis';
import { RecentLines } from '../recent-lines.js';
import { Stack } from '../stack.js';
import { runSampleJob, type SampleOutcome } from './sample-job.js';

const READY_TIMEOUT_MS = 60_000;

/** What the sample picture comes to in this checkout, without any image. */
export async function referenceOutcome(signal: AbortSignal): Promise<SampleOutcome> {
  const port = String(await freePort());
  const recent = new RecentLines();
  const stack = new Stack({
    redisUrl: undefined,
    url: `http://127.0.0.1:${port}`,
    shutdownGraceSeconds: 1,
    env: {
      HOST: '127.0.0.1',
      PORT: port,
      PUBLIC_URL: undefined,
      DARKROOM_MODELS_DIR: 'models',
      DARKROOM_MODELS: undefined,
      DARKROOM_DEVICE: 'cpu',
    },
    onLine: (_part, line) => recent.add(line),
    onDeath: (part, reason) => recent.add(`${part} has ended: ${reason}`),
  });
  try {
    await stack.start(READY_TIMEOUT_MS);
    return await runSampleJob(stack.client, signal);
  } catch (error) {
    throw new Error(`the checkout itself does not run the sample job:\n${recent}`, { cause: error });
  } finally {
    await stack.stop();
  }
}
