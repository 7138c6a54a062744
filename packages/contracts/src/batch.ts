import { type Static, Type } from 'typebox';
import { ImageSourceSchema } from './image-source.js';
import { JOB_STATUSES, JobErrorSchema } from './job.js';
import { Nullable } from './nullable.js';
import { type Task, TaskSchema } from './task.js';

/** Pictures that one batch may have. */
export const BATCH_MAX_PICTURES = 1000;
/** The tasks that are asked of pictures; a request for generated ones says itself how many. */
export const BATCH_TASKS = ['segmentation', 'detection', 'analysis'] as const satisfies readonly Task[];

const fileName = Nullable(Type.String());
const index = Type.Integer({ description: 'Place among the pictures that were sent, from 0.' });

export const BatchSchema = Type.Object(
  {
    id: Type.String(),
    task: TaskSchema,
    total: Type.Integer({ description: 'Pictures that were sent, the rejected ones too.' }),
    counts: Type.Object(
      Object.fromEntries(JOB_STATUSES.map((status) => [status, Type.Integer()])) as Record<
        (typeof JOB_STATUSES)[number],
        ReturnType<typeof Type.Integer>
      >,
      { description: 'How many of its jobs are in each status.' },
    ),
    jobs: Type.Array(Type.Object({ index, id: Type.String(), file_name: fileName }), {
      description: 'One ordinary job for each picture that was not rejected.',
    }),
    rejected: Type.Array(Type.Object({ index, file_name: fileName, error: JobErrorSchema }), {
      description: 'Pictures that no job was made of, and why.',
    }),
    created_at: Type.String({ format: 'date-time' }),
    finished_at: Nullable(Type.String({ format: 'date-time', description: 'When its last job ended.' })),
    urls: Type.Object({
      self: Type.String(),
      jobs: Type.String(),
      result: Type.String(),
      cancel: Type.String(),
      events: Type.String(),
    }),
  },
  { $id: 'Batch' },
);
export type Batch = Static<typeof BatchSchema>;

/** `POST /v1/batches` as JSON: the fields of the task beside these. */
export const BatchRequestSchema = Type.Object(
  {
    task: Type.Enum([...BATCH_TASKS]),
    images: Type.Array(ImageSourceSchema, { minItems: 1, maxItems: BATCH_MAX_PICTURES }),
  },
  {
    additionalProperties: true,
    $id: 'BatchRequest',
    description: 'The task, its pictures, and the fields that `POST /v1/<task>` takes, for all of them.',
  },
);

/** Server-sent events of a batch, by their `event:` name. A stream ends after `done`. */
export type BatchEvent = { readonly event: 'status' | 'done'; readonly data: Batch };
