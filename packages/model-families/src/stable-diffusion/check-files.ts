import type { LoadedManifest, ModelProblem } from '@darkroom/model-catalog';
import { checkTokenizer } from '../text-tokenizer/check-tokenizer.js';
import { openScheduler } from './open-scheduler.js';
import { SCHEDULER_PART } from './parts.js';
import { SchedulerConfigError } from './schedulers/scheduler-config.js';

/** What is wrong with the files of a model that are no graphs: its scheduler, and a tokenizer for each text encoder. */
export function checkFiles(model: LoadedManifest, tokenCounts: readonly (number | null)[]): ModelProblem[] {
  const problems = checkScheduler(model);
  for (const [i, tokenCount] of tokenCounts.entries()) {
    const ending = i === 0 ? '' : '_2';
    problems.push(...checkTokenizer(model, ending, tokenCount, `the tokenizer of text_encoder${ending}`));
  }
  return problems;
}

function checkScheduler(model: LoadedManifest): ModelProblem[] {
  const file = model.manifest.files[SCHEDULER_PART];
  if (!file) {
    const detail = 'is missing; expected the scheduler_config.json';
    return [{ file: 'model.json', field: `#/files/${SCHEDULER_PART}`, detail }];
  }
  try {
    openScheduler(model);
    return [];
  } catch (error) {
    if (error instanceof SchedulerConfigError) {
      return error.problems.map(({ pointer, detail }) => ({ file: file.path, field: pointer, detail }));
    }
    return [{ file: file.path, field: '', detail: `cannot be read: ${(error as Error).message}` }];
  }
}
