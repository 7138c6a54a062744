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
        gpu_memory_bytes: Nullable(Type.Integer(), {
          description:
            'What it takes of the GPU, as measured; `null` where it is not loaded, or not on a GPU.',
        }),
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
    memory_budget_bytes: Type.Integer({
      description: 'Main memory that its loaded models may take together.',
    }),
    gpu: Nullable(
      Type.Object({
        uuid: Type.String(),
        total_bytes: Type.Integer(),
        used_bytes: Type.Integer({ description: 'By all that use it, as last seen.' }),
        budget_bytes: Type.Integer({ description: 'What its loaded models may take together.' }),
      }),
      { description: 'Memory of its GPU; `null` without one, or where nvidia-smi doesn’t tell.' },
    ),
    started_at: Type.String({ format: 'date-time' }),
    last_heartbeat_at: Type.String({ format: 'date-time' }),
  },
  { $id: 'Worker' },
);
export type Worker = Static<typeof WorkerSchema>;

export const WorkerListSchema = Type.Object({ workers: Type.Array(WorkerSchema) }, { $id: 'WorkerList' });
export type WorkerList = Static<typeof WorkerListSchema>;
