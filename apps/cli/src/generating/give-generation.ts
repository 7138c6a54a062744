import { relative } from 'node:path';
import type { GenerationResult, Job } from '@darkroom/contracts';
import type { Terminal } from '../terminal.js';
import { textTable } from '../text-table.js';

/** A job that has ended, and where its pictures were saved, by their index. */
export interface EndedGeneration {
  readonly job: Job;
  readonly files: ReadonlyMap<number, string>;
}

const COLUMNS = [
  { heading: 'picture' },
  { heading: 'size' },
  { heading: 'seed', side: 'right' },
  { heading: 'prompt' },
] as const;
const PROMPT_SHOWN = 60;

export function giveGeneration(ended: EndedGeneration, form: 'text' | 'json', terminal: Terminal): void {
  if (form === 'json') {
    terminal.json(asJson(ended));
  } else if (ended.job.result !== null) {
    const [heading, ...rows] = textTable(COLUMNS, rowsOf(ended));
    terminal.result([terminal.paint('bold', heading!), ...rows].join('\n'));
  }
}

function rowsOf({ job, files }: EndedGeneration): string[][] {
  return (job.result as GenerationResult).images.map(({ index, width, height, seed, prompt }) => {
    const path = files.get(index);
    const shown = path === undefined ? '✗ withheld' : relative(process.cwd(), path);
    return [shown, `${width} × ${height}`, String(seed), [...prompt].slice(0, PROMPT_SHOWN).join('')];
  });
}

function asJson({ job, files }: EndedGeneration) {
  return {
    status: job.status,
    error: job.error,
    job: job.id,
    model: job.model,
    model_version: job.model_version,
    timings: job.timings,
    input: job.input,
    result: job.result,
    files: [...files.values()],
  };
}
