import type { Job, JobSummary, PreviewEvent, ProgressEvent } from './job.js';

/** Server-sent events of a job, by their `event:` name. A stream ends after `done`. */
export type JobEvent =
  | { readonly event: 'status'; readonly data: JobSummary }
  | { readonly event: 'progress'; readonly data: ProgressEvent }
  | { readonly event: 'preview'; readonly data: PreviewEvent }
  | { readonly event: 'done'; readonly data: Job };
