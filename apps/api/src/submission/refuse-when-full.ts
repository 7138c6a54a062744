import { DarkroomError } from '@darkroom/contracts';
import { modelQueue } from '@darkroom/jobs';
import { workersOf } from '../model-directory.js';
import type { Services } from '../services.js';

const UNKNOWN_RUN_MS = 1_000;
const RETRY_AFTER_MAX_SECONDS = 300;

/** @throws DarkroomError `queue_full`, with the time after which a tenth of the queue has likely moved on */
export async function refuseWhenFull(
  modelId: string,
  { deliveries, runTimes, models, limits }: Services,
  adding = 1,
): Promise<void> {
  const depth = await deliveries.depth(modelQueue(modelId));
  if (depth + adding <= limits.maxQueueDepth) return;
  const usualMs = (await runTimes.usualMs([modelId])).get(modelId) ?? UNKNOWN_RUN_MS;
  const workers = Math.max(1, workersOf(await models.read(), modelId).length);
  const seconds = Math.ceil((Math.max(1, depth / 10) * usualMs) / workers / 1000);
  throw new DarkroomError(
    'queue_full',
    `${depth} jobs wait for ${modelId}, ${adding === 1 ? 'one more' : `${adding} more`} came, and MAX_QUEUE_DEPTH is ${limits.maxQueueDepth}. Try again later, start more workers, or raise the limit.`,
    { retryAfterSeconds: Math.min(RETRY_AFTER_MAX_SECONDS, Math.max(1, seconds)) },
  );
}
