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

/** The command line is not understood; the message says what is expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `npm run bench -- overhead [--rounds 5] [--seconds 10] [--jobs 400] [--json <file>]
    what a job costs beside its inference: runs per second against raw runs of the same graph, and milliseconds
npm run bench -- scale [--rounds 2] [--seconds 8] [--workers 1,2,4] [--json <file>]
    jobs per second with several workers on this machine

--json writes the raw figures. Leave the machine alone meanwhile: whatever else it does is measured too.`;

const DEFAULTS = {
  overhead: { rounds: '5', seconds: '10', jobs: '400' },
  scale: { rounds: '2', seconds: '8', workers: '1,2,4' },
} as const;
const LIMITS = { rounds: 100, seconds: 600, jobs: 100_000, workers: 64 } as const;

/**
 * @returns what to measure, or `help` when it was asked for
 * @throws UsageError
 */
export function parseArguments(words: readonly string[]): OverheadSettings | ScaleSettings | 'help' {
  const { values, positionals } = read(words);
  if (values.help) return 'help';
  const [scenario, ...others] = positionals;
  if (others.length > 0) throw new UsageError(`one scenario at a time, got also ${others.join(', ')}`);
  const jsonFile = values.json ?? null;
  if (scenario === 'overhead') {
    if (values.workers !== undefined) throw new UsageError('--workers is an option of scale');
    const { rounds, seconds, jobs } = { ...DEFAULTS.overhead, ...values };
    return {
      scenario,
      rounds: count('rounds', rounds),
      seconds: count('seconds', seconds),
      jobs: count('jobs', jobs),
      jsonFile,
    };
  }
  if (scenario === 'scale') {
    if (values.jobs !== undefined) throw new UsageError('--jobs is an option of overhead');
    const { rounds, seconds, workers } = { ...DEFAULTS.scale, ...values };
    return {
      scenario,
      rounds: count('rounds', rounds),
      seconds: count('seconds', seconds),
      workers: workers.split(',').map((word) => count('workers', word)),
      jsonFile,
    };
  }
  throw new UsageError(`expected overhead or scale, got ${scenario ?? 'nothing'}`);
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
