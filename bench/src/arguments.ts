import { parseArgs } from 'node:util';

export interface OverheadSettings {
  readonly scenario: 'overhead';
  /** How often raw runs and Darkroom take turns. */
  readonly rounds: number;
  /** How long each of them is measured in each round. */
  readonly seconds: number;
  /** Jobs of the small graph that are measured, with one client and with many alike. */
  readonly jobs: number;
  readonly jsonFile: string | null;
}

export interface ScaleSettings {
  readonly scenario: 'scale';
  /** How often all numbers of workers are measured. */
  readonly rounds: number;
  readonly seconds: number;
  readonly workers: readonly number[];
  readonly jsonFile: string | null;
}

export interface DetectionSettings {
  readonly scenario: 'detection';
  /** How often everything is measured in turn. */
  readonly rounds: number;
  /** How long each is measured in each round. */
  readonly seconds: number;
  /** Folder of a Darknet model; `null` for the usual one, where it is there. */
  readonly modelFolder: string | null;
  /** `null` for the usual one, where it is there. */
  readonly photoFile: string | null;
  readonly jsonFile: string | null;
}

export interface SamSettings {
  readonly scenario: 'sam';
  /** How many pictures are asked about, one after the other. */
  readonly rounds: number;
  /** Of each picture, after the first. */
  readonly prompts: number;
  /** `null` for the usual one, where it is there. */
  readonly photoFile: string | null;
  /** Folder with transformers.js, or for it; `null` leaves it out. */
  readonly transformersFolder: string | null;
  readonly jsonFile: string | null;
}

export interface GenerationSettings {
  readonly scenario: 'generation';
  /** How often every scheduler makes a picture, by turns. */
  readonly rounds: number;
  /** Denoising steps of each picture. */
  readonly steps: number;
  readonly jsonFile: string | null;
}

export interface DropInSettings {
  readonly scenario: 'drop-in';
  /** How often each is measured, by turns. */
  readonly rounds: number;
  readonly jsonFile: string | null;
}

export type Settings =
  | OverheadSettings
  | ScaleSettings
  | DetectionSettings
  | SamSettings
  | GenerationSettings
  | DropInSettings;

/** The command line is not understood; the message says what is expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `npm run bench -- overhead [--rounds 5] [--seconds 10] [--jobs 400] [--json <file>]
    what a job costs beside its inference: runs per second against raw runs of the same graph, and milliseconds
npm run bench -- scale [--rounds 2] [--seconds 8] [--workers 1,2,4] [--json <file>]
    jobs per second with several workers on this machine
npm run bench -- detection [--rounds 3] [--seconds 2] [--model <folder>] [--photo <file>] [--json <file>]
    milliseconds of decoding candidates, of overlay and crops, and of inference beside Darknet's and OpenCV's;
    --model is a folder with a Darknet model's .cfg and .weights, run on --photo
npm run bench -- sam [--rounds 3] [--prompts 5] [--photo <file>] [--transformers <folder>] [--json <file>]
    a Segment Anything as large as ViT-B: first and further prompts on a picture, everything in a large one; with
    --transformers also in transformers.js, which npm installs in that folder (500 MB) where it isn't there
npm run bench -- generation [--rounds 3] [--steps 20] [--json <file>]
    milliseconds of a denoising step beside ONNX Runtime, with the tensors of Stable Diffusion 1.5
npm run bench -- drop-in [--rounds 3] [--json <file>]
    the full answer of segmentation-api, alone and four at once: seconds and the api's memory, beside building it in memory

--json writes the raw figures. Leave the machine alone meanwhile: whatever else it does is measured too.`;

const DEFAULTS = {
  overhead: { rounds: '5', seconds: '10', jobs: '400' },
  scale: { rounds: '2', seconds: '8', workers: '1,2,4' },
  detection: { rounds: '3', seconds: '2' },
  sam: { rounds: '3', prompts: '5' },
  generation: { rounds: '3', steps: '20' },
  'drop-in': { rounds: '3' },
} as const;
/** Options that not all scenarios have. */
const OWN_OPTIONS: Readonly<Record<string, readonly Settings['scenario'][]>> = {
  seconds: ['overhead', 'scale', 'detection'],
  jobs: ['overhead'],
  workers: ['scale'],
  model: ['detection'],
  photo: ['detection', 'sam'],
  prompts: ['sam'],
  transformers: ['sam'],
  steps: ['generation'],
};
const LIMITS = { rounds: 100, seconds: 600, jobs: 100_000, workers: 64, prompts: 1000, steps: 1000 } as const;

/**
 * @returns what to measure, or `help` when it was asked for
 * @throws UsageError
 */
export function parseArguments(words: readonly string[]): Settings | 'help' {
  const { values, positionals } = read(words);
  if (values.help) return 'help';
  const [scenario, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`one scenario at a time, got also ${others.join(', ')}`);
  if (!isScenario(scenario)) {
    throw new UsageError(
      `expected overhead, scale, detection, sam, generation or drop-in, got ${scenario ?? 'nothing'}`,
    );
  }
  for (const [option, owners] of Object.entries(OWN_OPTIONS)) {
    if (!Object.hasOwn(values, option) || owners.includes(scenario)) continue;
    throw new UsageError(`--${option} is an option of ${owners.join(', ')}`);
  }
  return settingsOf(scenario, values);
}

function settingsOf(scenario: Settings['scenario'], values: ReturnType<typeof read>['values']): Settings {
  const numbers = { ...DEFAULTS[scenario], ...values };
  const common = { rounds: count('rounds', numbers.rounds), jsonFile: values.json ?? null };
  const seconds = () => count('seconds', numbers.seconds!);
  const photoFile = values.photo ?? null;
  switch (scenario) {
    case 'overhead':
      return { scenario, ...common, seconds: seconds(), jobs: count('jobs', numbers.jobs!) };
    case 'scale': {
      const workers = numbers.workers!.split(',').map((word) => count('workers', word));
      return { scenario, ...common, seconds: seconds(), workers };
    }
    case 'detection':
      return { scenario, ...common, seconds: seconds(), modelFolder: values.model ?? null, photoFile };
    case 'sam': {
      const transformersFolder = values.transformers ?? null;
      return {
        scenario,
        ...common,
        prompts: count('prompts', numbers.prompts!),
        photoFile,
        transformersFolder,
      };
    }
    case 'generation':
      return { scenario, ...common, steps: count('steps', numbers.steps!) };
    case 'drop-in':
      return { scenario, ...common };
  }
}

function isScenario(word: string | undefined): word is Settings['scenario'] {
  return word !== undefined && Object.hasOwn(DEFAULTS, word);
}

function read(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        jobs: { type: 'string' },
        workers: { type: 'string' },
        model: { type: 'string' },
        photo: { type: 'string' },
        prompts: { type: 'string' },
        steps: { type: 'string' },
        transformers: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function count(option: keyof typeof LIMITS, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= LIMITS[option]) return value;
  throw new UsageError(`--${option} takes whole numbers from 1 to ${LIMITS[option]}, got "${text}"`);
}
