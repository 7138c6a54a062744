/**
 * What all workers count together: each metric's name, meaning and labels as Prometheus shows them. Buckets are upper
 * bounds; a histogram without its own has those of seconds.
 */
export const USAGE_METRICS = {
  jobs: {
    type: 'counter',
    name: 'darkroom_jobs_total',
    help: 'Jobs that ended, by task, model and status.',
    labelNames: ['task', 'model', 'status'],
  },
  wait: {
    type: 'histogram',
    name: 'darkroom_job_wait_seconds',
    help: 'Time from the submission of a job until its last attempt began.',
    labelNames: ['model'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  },
  stage: {
    type: 'histogram',
    name: 'darkroom_job_stage_seconds',
    help: 'Time of jobs that succeeded in each stage: decode, prepare, inference, postprocess.',
    labelNames: ['model', 'stage'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  batchSize: {
    type: 'histogram',
    name: 'darkroom_job_batch_size',
    help: 'How many jobs shared the run of a job that succeeded.',
    labelNames: ['model'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
  },
  embeddings: {
    type: 'counter',
    name: 'darkroom_embeddings_total',
    help: 'Jobs that needed the embedding of their picture, by where it came from: computed, cached.',
    labelNames: ['model', 'source'],
  },
  loads: {
    type: 'counter',
    name: 'darkroom_model_loads_total',
    help: 'How often a process was given the model to load, and did.',
    labelNames: ['model'],
  },
  loadFailures: {
    type: 'counter',
    name: 'darkroom_model_load_failures_total',
    help: 'How often loading the model failed.',
    labelNames: ['model'],
  },
  unloads: {
    type: 'counter',
    name: 'darkroom_model_unloads_total',
    help: 'How often the model gave its memory back, by reason: evicted, idle, asked, stopping.',
    labelNames: ['model', 'reason'],
  },
  restarts: {
    type: 'counter',
    name: 'darkroom_inference_process_ends_total',
    help: 'Inference processes that ended before their time, by cause: canceled, run_too_long, died.',
    labelNames: ['model', 'cause'],
  },
} as const satisfies Record<string, UsageMetric>;

export interface UsageMetric {
  readonly type: 'counter' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly buckets?: readonly number[];
}

export type UsageMetricKey = keyof typeof USAGE_METRICS;

/** The values of a metric's labels, one for each name. */
export type LabelsOf<Key extends UsageMetricKey> = Readonly<
  Record<(typeof USAGE_METRICS)[Key]['labelNames'][number], string>
>;
