import type { Logger } from '@darkroom/service-kit';
import type { ModelEvent } from './model-events.js';

/** @param logger of the model */
export function logModelEvent(event: ModelEvent, logger: Logger): void {
  const { kind, ...about } = event;
  if (kind === 'loaded') logger.info(about, 'model ready');
  else if (kind === 'unloaded') logger.info(about, 'model unloaded');
  else if (kind === 'load_failed') logger.error(about, 'model could not be loaded');
  else if (event.cause === 'died') logger.error(about, 'inference process died');
  else logger.info(about, 'inference process replaced');
}
