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

export type Settings = OverheadSettings | ScaleSettings | DetectionSettings;

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

--json writes the raw figures. Leave the machine alone meanwhile: whatever else it does is measured too.`;

const DEFAULTS = {
  overhead: { rounds: '5', seconds: '10', jobs: '400' },
  scale: { rounds: '2', seconds: '8', workers: '1,2,4' },
  detection: { rounds: '3', seconds: '2' },
} as const;
/** Options that one scenario has alone. */
const OWN_OPTIONS = { jobs: 'overhead', workers: 'scale', model: 'detection', photo: 'detection' } as const;
const LIMITS = { rounds: 100, seconds: 600, jobs: 100_000, workers: 64 } as const;

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
    throw new UsageError(`expected overhead, scale or detection, got ${scenario ?? 'nothing'}`);
  }
  for (const [option, owner] of Object.entries(OWN_OPTIONS)) {
    const isGiven = values[option as keyof typeof OWN_OPTIONS] !== undefined;
    if (isGiven && owner !== scenario) throw new UsageError(`--${option} is an option of ${owner}`);
  }
  const { rounds, seconds } = { ...DEFAULTS[scenario], ...values };
  const common = {
    rounds: count('rounds', rounds),
    seconds: count('seconds', seconds),
    jsonFile: values.json ?? null,
  };
  if (scenario === 'overhead') {
    return { scenario, ...common, jobs: count('jobs', values.jobs ?? DEFAULTS.overhead.jobs) };
  }
  if (scenario === 'scale') {
    const workers = (values.workers ?? DEFAULTS.scale.workers).split(',');
    return { scenario, ...common, workers: workers.map((word) => count('workers', word)) };
  }
  return { scenario, ...common, modelFolder: values.model ?? null, photoFile: values.photo ?? null };
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
