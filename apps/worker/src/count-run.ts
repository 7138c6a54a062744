import type { JobRecord, RunTimes, UsageCounters } from '@darkroom/jobs';
import type { RunResult } from './inference-process.js';

/** Where runs are counted. */
export interface RunCounters {
  readonly runTimes: RunTimes;
  readonly usage: UsageCounters;
}

/** Remembers how long a job that succeeded waited and ran, for estimates and for the metrics. */
export async function countRun(
  { model, createdAtMs, startedAtMs }: JobRecord,
  { timings, batchSize, outcome }: RunResult,
  { runTimes, usage }: RunCounters,
): Promise<void> {
  const stages = Object.entries({
    decode: timings.decode_ms,
    prepare: timings.prepare_ms,
    inference: timings.inference_ms,
    postprocess: timings.postprocess_ms,
  }).flatMap(([stage, ms]) => (ms === null ? [] : [{ stage, ms }]));
  const runMs = stages.reduce((sum, { ms }) => sum + ms, 0);
  const observed = usage.observe((observe) => {
    for (const { stage, ms } of stages) observe('stage', { model, stage }, ms / 1000);
    observe('wait', { model }, ((startedAtMs ?? createdAtMs) - createdAtMs) / 1000);
    observe('batchSize', { model }, batchSize);
  });
  const { embedding: source } = outcome;
  const counted = source && usage.count('embeddings', { model, source });
  await Promise.all([observed, counted, runTimes.remember(model, runMs)]);
}
