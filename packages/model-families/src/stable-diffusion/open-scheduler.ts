import { DarkroomError, type SchedulerName } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { readTextFile } from '../read-text-file.js';
import { optionsOf } from './options.js';
import { SCHEDULER_PART } from './parts.js';
import { parseSchedulerConfig, SchedulerConfigError } from './schedulers/scheduler-config.js';
import type { ConfiguredScheduler } from './schedulers/scheduler-kind.js';
import { configureScheduler } from './schedulers/schedulers.js';

/**
 * The scheduler of a model, or another by name, from the model's configuration.
 * @throws SchedulerConfigError when the model's own can't be used
 * @throws DarkroomError `option_not_supported` when the one asked for can't
 */
export function openScheduler(model: LoadedManifest, name?: SchedulerName): ConfiguredScheduler {
  const config = parseSchedulerConfig(readTextFile(model.files[SCHEDULER_PART]!));
  const isMended = optionsOf(model.manifest).mend_scheduler;
  if (name === undefined) return configureScheduler(config, { isMended });
  try {
    return configureScheduler(config, { name, isMended });
  } catch (error) {
    if (!(error instanceof SchedulerConfigError)) throw error;
    throw new DarkroomError(
      'option_not_supported',
      `The scheduler ${name} cannot be made of the model’s configuration: ${error.message}.`,
    );
  }
}
