import { type Static, Type } from 'typebox';
import { AnalysisResultSchema } from './analysis.js';
import { DetectionResultSchema } from './detection.js';
import { GenerationResultSchema } from './generation.js';
import { Nullable } from './nullable.js';
import { ErrorCodeSchema } from './problem.js';
import { SEGMENTATION_OUTPUTS } from './segmentation.js';
import { EmbeddingResultSchema, MasksResultSchema, SemanticResultSchema } from './segmentation-result.js';
import { PrioritySchema } from './submission.js';
import { TaskSchema } from './task.js';

export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'canceled', 'expired'] as const;
export const JobStatusSchema = Type.Enum([...JOB_STATUSES], {
  description:
    '`queued → running → succeeded | failed | canceled | expired`. An ended job never changes. `expired`: its deadline came first.',
});
export type JobStatus = (typeof JOB_STATUSES)[number];

export const JOB_STAGES = [
  'queued',
  'loading_model',
  'decode',
  'prepare',
  'inference',
  'postprocess',
  'done',
] as const;
export const JobStageSchema = Type.Enum([...JOB_STAGES]);
export type JobStage = (typeof JOB_STAGES)[number];

export const ProgressSchema = Type.Object({
  stage: JobStageSchema,
  fraction: Type.Number({ minimum: 0, maximum: 1, description: 'How much of the whole job is done.' }),
  step: Nullable(Type.Integer()),
  steps: Nullable(Type.Integer()),
});
export type Progress = Static<typeof ProgressSchema>;

/**
 * What an artifact is: the output it was made for; of `crops` each one is a `crop`. `mask_logits`: see `mask` of a prompt.
 * `image`: a picture that was generated. `preview`: one of how far a picture was after some of its steps.
 */
export const ARTIFACT_ROLES = [
  ...SEGMENTATION_OUTPUTS,
  'crop',
  'mask',
  'mask_logits',
  'image',
  'preview',
] as const;
export const ArtifactRoleSchema = Type.Enum([...ARTIFACT_ROLES]);
export type ArtifactRole = (typeof ARTIFACT_ROLES)[number];

export const ArtifactSchema = Type.Object({
  name: Type.String({ description: 'File name, unique within the job.' }),
  role: ArtifactRoleSchema,
  index: Nullable(Type.Integer(), { description: 'Which one, where a role has several.' }),
  media_type: Type.String(),
  bytes: Type.Integer(),
  width: Nullable(Type.Integer()),
  height: Nullable(Type.Integer()),
  url: Type.String(),
  base64: Type.Optional(Type.String({ description: 'The bytes, with `?inline=true`.' })),
});
export type Artifact = Static<typeof ArtifactSchema>;

export const JobErrorSchema = Type.Object({
  code: ErrorCodeSchema,
  title: Type.String(),
  detail: Type.String(),
  retryable: Type.Boolean(),
});
export type JobError = Static<typeof JobErrorSchema>;

export const WarningSchema = Type.Object({
  code: Type.String(),
  detail: Type.String(),
});
export type Warning = Static<typeof WarningSchema>;

export const EMBEDDING_SOURCES = ['computed', 'cached'] as const;
/** Where the embedding of a job's picture came from. */
export type EmbeddingSource = (typeof EMBEDDING_SOURCES)[number];

export const ExecutionSchema = Type.Object({
  worker: Type.String({ description: 'Id of the worker that ran the job.' }),
  device: Type.String({ description: 'Where the graphs ran: `cpu`, `cuda:0`, `webgpu`.' }),
  batch_size: Type.Integer({ description: 'How many jobs shared the run.' }),
  embedding: Nullable(Type.Enum([...EMBEDDING_SOURCES]), {
    description:
      '`cached`: an earlier job had the picture’s embedding made, so the encoder was not run. `null` where a model makes none.',
  }),
});
export type Execution = Static<typeof ExecutionSchema>;

/** Milliseconds spent in each part; `total_ms` is `finished_at - created_at`. */
export const TimingsSchema = Type.Object({
  queue_ms: Nullable(Type.Number()),
  decode_ms: Nullable(Type.Number()),
  prepare_ms: Nullable(Type.Number()),
  inference_ms: Nullable(Type.Number()),
  postprocess_ms: Nullable(Type.Number()),
  total_ms: Nullable(Type.Number()),
});
export type Timings = Static<typeof TimingsSchema>;

export const InputImageSchema = Type.Object({
  file_name: Nullable(Type.String()),
  media_type: Type.String({ description: 'What the bytes are, whatever was declared.' }),
  bytes: Type.Integer(),
  sha256: Type.String(),
  width: Type.Integer({ description: 'As displayed: the EXIF orientation is applied.' }),
  height: Type.Integer({ description: 'As displayed: the EXIF orientation is applied.' }),
  exif_orientation: Type.Integer({ minimum: 1, maximum: 8 }),
  url: Type.String(),
});
export type InputImage = Static<typeof InputImageSchema>;

export const JobInputSchema = Type.Object(
  {
    image: Nullable(InputImageSchema, { description: 'The picture; `null` where a job was given none.' }),
    priority: PrioritySchema,
  },
  {
    additionalProperties: true,
    description: 'The picture, and every option as it was used, defaults included.',
  },
);

export const TaskResultSchema = Type.Union([
  SemanticResultSchema,
  MasksResultSchema,
  EmbeddingResultSchema,
  DetectionResultSchema,
  GenerationResultSchema,
  AnalysisResultSchema,
]);
export type TaskResult = Static<typeof TaskResultSchema>;

const timestamp = (description: string) => Type.String({ format: 'date-time', description });

/** What a list and a `status` event say of a job: all but `input` and `result`. */
export const JobSummarySchema = Type.Object(
  {
    id: Type.String(),
    task: TaskSchema,
    model: Type.String(),
    model_version: Nullable(Type.String(), { description: 'First digits of the weights’ SHA-256.' }),
    status: JobStatusSchema,
    queue_position: Nullable(Type.Integer(), { description: '1 is next.' }),
    eta_seconds: Nullable(Type.Number(), { description: 'From the model’s recent runs.' }),
    progress: ProgressSchema,
    created_at: timestamp('When it was submitted.'),
    started_at: Nullable(timestamp('When its present, or last, attempt began.')),
    finished_at: Nullable(timestamp('Set exactly when it has ended.')),
    deadline_at: Nullable(timestamp('When it is stopped as `expired` if it has not ended before.')),
    kept_until: Nullable(timestamp('Until when input, result and artifacts stay; set when it has ended.')),
    attempts: Type.Integer({ description: 'How often a worker began to run it.' }),
    artifacts: Type.Array(ArtifactSchema),
    warnings: Type.Array(WarningSchema),
    error: Nullable(JobErrorSchema),
    execution: Nullable(ExecutionSchema),
    timings: TimingsSchema,
    batch_id: Nullable(Type.String()),
    parent_id: Nullable(Type.String()),
    children: Type.Array(Type.String()),
    retry_of: Nullable(Type.String(), { description: 'The job that this one is another try at.' }),
    metadata: Type.Record(Type.String(), Type.Unknown()),
    urls: Type.Object({
      self: Type.String(),
      result: Type.String(),
      picture: Nullable(Type.String(), { description: 'The picture to look at, where one was made.' }),
      cancel: Type.String(),
      events: Type.String(),
    }),
  },
  { $id: 'JobSummary' },
);
export type JobSummary = Static<typeof JobSummarySchema>;

export const JobSchema = Type.Object(
  {
    ...JobSummarySchema.properties,
    input: JobInputSchema,
    result: Nullable(TaskResultSchema, { description: 'What came out; `null` until the job has succeeded.' }),
  },
  { $id: 'Job' },
);
export type Job = Static<typeof JobSchema>;

export const JobListSchema = Type.Object(
  { jobs: Type.Array(JobSummarySchema), next_cursor: Nullable(Type.String()) },
  { $id: 'JobList' },
);
export type JobList = Static<typeof JobListSchema>;

/** `progress` event of a job. */
export const ProgressEventSchema = Type.Object({
  id: Type.String(),
  ...ProgressSchema.properties,
  eta_seconds: Nullable(Type.Number()),
});
export type ProgressEvent = Static<typeof ProgressEventSchema>;

/** `preview` event of a job: how far a picture is. */
export const PreviewEventSchema = Type.Object({
  id: Type.String(),
  artifact: Type.String({ description: 'Name of the artifact that shows it.' }),
  url: Type.String(),
  step: Type.Integer({ description: 'So many steps were done.' }),
});
export type PreviewEvent = Static<typeof PreviewEventSchema>;

export function isEnded(status: JobStatus): boolean {
  return status !== 'queued' && status !== 'running';
}
