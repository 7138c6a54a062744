import { type Static, Type } from 'typebox';
import { Nullable } from './nullable.js';
import { TaskSchema } from './task.js';

/** `GET /v1` */
export const ServiceSchema = Type.Object(
  {
    name: Type.Literal('darkroom'),
    version: Type.String(),
    tasks: Type.Array(
      Type.Object({
        task: TaskSchema,
        default_model: Nullable(Type.String()),
        url: Type.String(),
      }),
    ),
    limits: Type.Object({
      max_upload_bytes: Type.Integer(),
      max_image_pixels: Type.Integer(),
      max_queue_depth: Type.Integer(),
      max_wait_seconds: Type.Integer(),
      job_keep_seconds: Type.Integer(),
      url_timeout_seconds: Type.Integer({
        description: 'To fetch one picture from a URL; 0: none is fetched.',
      }),
    }),
    urls: Type.Object({
      models: Type.String(),
      jobs: Type.String(),
      docs: Type.String(),
      openapi: Type.String(),
    }),
  },
  { $id: 'Service' },
);
export type Service = Static<typeof ServiceSchema>;

export const LivenessSchema = Type.Object({ status: Type.Literal('live') });

/** `GET /health/ready` */
export const ReadinessSchema = Type.Object(
  {
    status: Type.Enum(['ready', 'not_ready']),
    checks: Type.Record(Type.String(), Type.Object({ ok: Type.Boolean(), detail: Type.String() }), {
      description: '`redis`, `storage` and `workers`: whether each answers, and what it said.',
    }),
    workers_lost: Type.Array(Type.String(), {
      description: 'Workers that were registered lately and no longer answer; jobs still queue.',
    }),
  },
  { $id: 'Readiness' },
);
export type Readiness = Static<typeof ReadinessSchema>;
