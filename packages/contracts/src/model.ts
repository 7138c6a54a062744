import { type Static, Type } from 'typebox';
import { Nullable } from './nullable.js';
import { CapabilitySchema, TaskSchema } from './task.js';

export const MODEL_STATES = ['ready', 'loading', 'unloaded', 'failed', 'offline'] as const;
export const ModelStateSchema = Type.Enum([...MODEL_STATES], {
  description:
    '`ready`: loaded somewhere. `unloaded`: loaded at the next job. `offline`: no worker serves it now; jobs wait.',
});
export type ModelState = (typeof MODEL_STATES)[number];

export const LabelSchema = Type.Object({
  id: Type.Integer(),
  label: Type.String(),
  color: Type.String({ description: '`#rrggbb`' }),
});
export type Label = Static<typeof LabelSchema>;

/** What a worker knows of a model it serves; the api adds queue and state over all workers. */
export const ModelSummarySchema = Type.Object({
  id: Type.String(),
  task: TaskSchema,
  family: Type.String(),
  version: Type.String({ description: 'First digits of the SHA-256 over the weights.' }),
  demo: Type.Boolean({ description: 'A demo model knows only simple drawn shapes.' }),
  description: Type.String(),
  license: Type.String(),
  source: Nullable(Type.String()),
  labels: Type.Array(LabelSchema),
  capabilities: Type.Array(CapabilitySchema),
  options: Type.Unknown({ description: 'The options the model takes, as JSON Schema with its defaults.' }),
  input_size: Type.Object(
    { width: Nullable(Type.Integer()), height: Nullable(Type.Integer()) },
    { description: 'What pictures are resized to, in pixels; `null` where it follows the picture.' },
  ),
});
export type ModelSummary = Static<typeof ModelSummarySchema>;

export const ModelSchema = Type.Object(
  {
    ...ModelSummarySchema.properties,
    default: Type.Boolean({ description: 'Used for its task when a request names no model.' }),
    state: ModelStateSchema,
    problem: Nullable(Type.String(), { description: 'Why it failed to load, where it did.' }),
    workers: Type.Array(Type.String()),
    queue_depth: Type.Integer({ description: 'Jobs waiting for it.' }),
    usual_ms: Nullable(Type.Number(), { description: 'Median time of its recent runs, without waiting.' }),
  },
  { $id: 'Model' },
);
export type Model = Static<typeof ModelSchema>;

export const ModelListSchema = Type.Object({ models: Type.Array(ModelSchema) }, { $id: 'ModelList' });
export type ModelList = Static<typeof ModelListSchema>;
