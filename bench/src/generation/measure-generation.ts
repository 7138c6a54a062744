import { rm } from 'node:fs/promises';
import type { SchedulerName } from '@darkroom/contracts';
import { threadBudget, threadsPerProcess } from '@darkroom/inference/thread-budget';
import type { GenerationSettings } from '../arguments.js';
import { AskedProcess } from '../asked-process.js';
import { type MachineUse, watchMachine } from '../machine-use.js';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import type { FromGeneration, ToGeneration } from './generation-messages.js';
import { writeGenerationModel } from './generation-model-folder.js';
import { generationOptions } from './generation-options.js';
import { allRunsMs, processorMsPerStep, type StepTimes, stepTimes } from './step-times.js';

const GUIDED = 7.5;
const UNGUIDED = 1;

/** Schedulers of all sorts: some keep what the network said before, one draws noise at each step. */
const KINDS: readonly { readonly scheduler: SchedulerName; readonly guidanceScale: number }[] = [
  { scheduler: 'ddim', guidanceScale: GUIDED },
  { scheduler: 'pndm', guidanceScale: GUIDED },
  { scheduler: 'euler_ancestral', guidanceScale: GUIDED },
  { scheduler: 'dpm++_2m', guidanceScale: GUIDED },
  { scheduler: 'ddim', guidanceScale: UNGUIDED },
];
/** As many as let code that is run often be compiled. */
const WARM_UP_STEPS = 10;

export interface GenerationRound {
  readonly steps: readonly StepTimes[];
  /** Processor time of the pipeline's thread for each step. */
  readonly processorMs: readonly number[];
  /** From prompt and noise to pixels, and of it what ONNX Runtime took for all graphs. */
  readonly inferMs: number;
  readonly runsMs: number;
  /** From pixels to a PNG. */
  readonly postprocessMs: number;
  readonly use: MachineUse | null;
}

export interface GenerationRow {
  readonly name: string;
  readonly rounds: readonly GenerationRound[];
}

export interface GenerationFigures {
  readonly steps: number;
  readonly threads: number;
  readonly rows: readonly GenerationRow[];
}

/** What a generation takes beside ONNX Runtime, by turns with several schedulers. */
export async function measureGeneration(
  { rounds, steps }: GenerationSettings,
  resources: Resources,
): Promise<GenerationFigures> {
  progress('writing a model with the tensors of Stable Diffusion 1.5');
  const modelsFolder = resources.add(await writeGenerationModel(), (folder) =>
    rm(folder, { recursive: true, force: true }),
  );
  const threads = threadsPerProcess(threadBudget(), 1);
  const main = new URL('./generation-process.js', import.meta.url);
  const generator: Generator = resources.add(new AskedProcess('generation', main), (it) => it.stop());
  await generator.ask({ type: 'open', modelsFolder, threads }, 'opened');
  const measured = KINDS.map((): GenerationRound[] => []);
  for (const kind of KINDS) await measureRound(generator, kind, WARM_UP_STEPS);
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    for (const [i, kind] of KINDS.entries()) measured[i]!.push(await measureRound(generator, kind, steps));
  }
  const rows = KINDS.map((kind, i) => ({ name: nameOf(kind), rounds: measured[i]! }));
  return { steps, threads, rows };
}

type Kind = (typeof KINDS)[number];
type Generator = AskedProcess<ToGeneration, FromGeneration>;

const nameOf = ({ scheduler, guidanceScale }: Kind) =>
  guidanceScale === UNGUIDED ? `${scheduler}, not guided` : scheduler;

async function measureRound(
  generator: Generator,
  { scheduler, guidanceScale }: Kind,
  steps: number,
): Promise<GenerationRound> {
  const used = watchMachine();
  const options = generationOptions({ steps, scheduler, guidance_scale: guidanceScale });
  const generated = await generator.ask({ type: 'generate', options }, 'generated');
  const { events, unetFile, inferMs, postprocessMs } = generated;
  return {
    steps: stepTimes(events, unetFile),
    processorMs: processorMsPerStep(events, unetFile),
    inferMs,
    runsMs: allRunsMs(events),
    postprocessMs,
    use: used(),
  };
}
