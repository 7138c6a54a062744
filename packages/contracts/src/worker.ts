import { type Static, Type } from 'typebox';
import { ModelStateSchema } from './model.js';
import { Nullable } from './nullable.js';

export const WorkerSchema = Type.Object(
  {
    id: Type.String(),
    version: Type.String(),
    host: Type.String(),
    pid: Type.Integer(),
    device: Type.String({ description: 'Where its graphs run: `cpu`, `cuda:0`, `webgpu`.' }),
    device_reason: Type.String({ description: 'Why this device and no other.' }),
    models: Type.Array(
      Type.Object({
        id: Type.String(),
        state: ModelStateSchema,
        memory_bytes: Nullable(Type.Integer(), { description: 'Of its inference process, when loaded.' }),
        problem: Nullable(Type.String()),
      }),
    ),
    rejected_models: Type.Array(
      Type.Object({
        folder: Type.String(),
        problems: Type.Array(Type.String(), { description: 'File, field and remedy of each problem.' }),
      }),
      { description: 'Model folders that are left out, and why.' },
    ),
    memory_bytes: Type.Integer({ description: 'Of the worker itself, without its inference processes.' }),
    started_at: Type.String({ format: 'date-time' }),
    last_heartbeat_at: Type.String({ format: 'date-time' }),
  },
  { $id: 'Worker' },
);
export type Worker = Static<typeof WorkerSchema>;

export const WorkerListSchema = Type.Object({ workers: Type.Array(WorkerSchema) }, { $id: 'WorkerList' });
export type WorkerList = Static<typeof WorkerListSchema>;
