import type { LoadedManifest, ModelProblem } from '@darkroom/model-catalog';
import { TokenizerFilesError } from '../text-tokenizer/tokenizer-files.js';
import { openScheduler } from './open-scheduler.js';
import { SCHEDULER_PART, TOKENIZER_PARTS } from './parts.js';
import { SchedulerConfigError } from './schedulers/scheduler-config.js';
import { openTokenizer } from './tokenizers.js';

/** What is wrong with the files of a model that are no graphs: its scheduler, and a tokenizer for each text encoder. */
export function checkFiles(model: LoadedManifest, tokenCounts: readonly (number | null)[]): ModelProblem[] {
  const problems = checkScheduler(model);
  for (const [i, tokenCount] of tokenCounts.entries()) {
    problems.push(...checkTokenizer(model, i === 0 ? '' : '_2', tokenCount));
  }
  return problems;
}

function checkScheduler(model: LoadedManifest): ModelProblem[] {
  const file = model.manifest.files[SCHEDULER_PART];
  if (!file) return [missingPart(SCHEDULER_PART, 'the scheduler_config.json')];
  return problemsOf(() => openScheduler(model), file.path);
}

function checkTokenizer(model: LoadedManifest, ending: '' | '_2', tokenCount: number | null): ModelProblem[] {
  const { files } = model.manifest;
  const { tokenizer, vocabulary, merges } = TOKENIZER_PARTS;
  const has = (part: string) => files[`${part}${ending}`] !== undefined;
  if (!has(tokenizer) && !has(vocabulary)) {
    return [
      missingPart(`${vocabulary}${ending}`, `the vocab.json, or ${tokenizer}${ending}, a tokenizer.json`),
    ];
  }
  if (!has(tokenizer) && !has(merges)) return [missingPart(`${merges}${ending}`, 'the merges.txt')];
  const folder = `the tokenizer of text_encoder${ending}`;
  return problemsOf(() => openTokenizer(model, ending, tokenCount), folder);
}

function missingPart(part: string, expected: string): ModelProblem {
  return { file: 'model.json', field: `#/files/${part}`, detail: `is missing; expected ${expected}` };
}

/** @param file that is read, where the error doesn't say it */
function problemsOf(open: () => unknown, file: string): ModelProblem[] {
  try {
    open();
    return [];
  } catch (error) {
    if (error instanceof SchedulerConfigError) {
      return error.problems.map(({ pointer, detail }) => ({ file, field: pointer, detail }));
    }
    if (error instanceof TokenizerFilesError) {
      return [{ file: `${file}, ${error.file}`, field: '', detail: error.detail }];
    }
    return [{ file, field: '', detail: `cannot be read: ${(error as Error).message}` }];
  }
}
