/** What happens in a generation, as seen from outside, in its order. All times are of one clock, in milliseconds. */
export type GenerationEvent = ToldStep | GraphRun;

/** The pipeline told how far it is. */
export interface ToldStep {
  readonly what: 'step';
  readonly atMs: number;
}

/** A graph was run in its thread. */
export interface GraphRun {
  readonly what: 'run';
  readonly file: string;
  readonly askedMs: number;
  /** Its feeds were copied and are on their way. */
  readonly sentMs: number;
  /** What the pipeline did in the meantime was done. */
  readonly waitedMs: number;
  /** In the thread. */
  readonly beganMs: number;
  readonly endedMs: number;
  readonly answeredMs: number;
  /** Processor time of the pipeline's thread until the run; `null` where the system doesn't tell. */
  readonly processorMs: number | null;
}

/** Where the time of a denoising step goes, in milliseconds. All but the last make up the whole. */
export interface StepTimes {
  readonly wholeMs: number;
  /** In ONNX Runtime. */
  readonly runMs: number;
  /** What the network is to see: scaling latents, making feeds, and a turn of the event loop. */
  readonly feedsMs: number;
  /** Of feeds for the thread, and of what the network gave. */
  readonly copiesMs: number;
  /** From one thread to the other and back. */
  readonly waysMs: number;
  /** Guidance and the scheduler's step. */
  readonly arithmeticMs: number;
  /** Drawing noise, while the network runs. */
  readonly noiseMs: number;
}

/**
 * The denoising steps among what happened: runs of the network, each with what the pipeline tells around it, which is the
 * beginning of the step, the beginning of its only run, the run's end, and the step's end.
 * @throws RangeError when something else happened around a run
 */
export function stepTimes(events: readonly GenerationEvent[], unetFile: string): StepTimes[] {
  return events.flatMap((run, i) => {
    if (run.what === 'step' || run.file !== unetFile) return [];
    const around = [-2, -1, 1, 2].map((distance) => events[i + distance]);
    const [beganMs, , ranMs, endedMs] = around.map((event) => {
      if (event?.what === 'step') return event.atMs;
      throw new RangeError('expected two told steps before and after each run of the network');
    }) as [number, number, number, number];
    // The thread may begin before this one goes on.
    const sentMs = Math.min(run.sentMs, run.beganMs);
    return [
      {
        wholeMs: endedMs - beganMs,
        runMs: run.endedMs - run.beganMs,
        feedsMs: run.askedMs - beganMs,
        copiesMs: sentMs - run.askedMs + (ranMs - run.answeredMs),
        waysMs: run.beganMs - sentMs + (run.answeredMs - run.endedMs),
        arithmeticMs: endedMs - ranMs,
        noiseMs: run.waitedMs - run.sentMs,
      },
    ];
  });
}

/** What a step takes beside ONNX Runtime. */
export function besideMs({ wholeMs, runMs }: StepTimes): number {
  return wholeMs - runMs;
}

/** Processor time of the pipeline's thread from the middle of each step to that of the next: all it does beside waiting. */
export function processorMsPerStep(events: readonly GenerationEvent[], unetFile: string): number[] {
  const until = events.flatMap((event) =>
    event.what === 'run' && event.file === unetFile && event.processorMs !== null ? [event.processorMs] : [],
  );
  return until.slice(1).map((ms, i) => ms - until[i]!);
}

/** Milliseconds of all graphs' runs. */
export function allRunsMs(events: readonly GenerationEvent[]): number {
  return events.reduce((sum, event) => (event.what === 'run' ? sum + event.endedMs - event.beganMs : sum), 0);
}
