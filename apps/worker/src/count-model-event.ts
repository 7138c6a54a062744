import type { UsageCounters } from '@darkroom/jobs';
import type { ModelEvent } from './model-events.js';

/** Counts what happens to a model, for the metrics of the whole service. */
export async function countModelEvent(model: string, event: ModelEvent, usage: UsageCounters): Promise<void> {
  if (event.kind === 'loaded') await usage.count('loads', { model });
  else if (event.kind === 'unloaded') await usage.count('unloads', { model, reason: event.reason });
  else if (event.kind === 'restarted') await usage.count('restarts', { model, cause: event.cause });
  else await usage.count('loadFailures', { model });
}
