import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { applyCommandLine, LOG_LEVELS, readEnv, sharedSettings } from '@darkroom/service-kit';
import { type Static, Type } from 'typebox';
import { MEMORY_BUDGET_PATTERN } from './memory-budget.js';

/** All configuration of a worker. `.env.example` and the README describe the same variables. */
const EnvSchema = Type.Object({
  ...sharedSettings,
  DARKROOM_MODELS_DIR: Type.String({
    default: 'models/local:models',
    description: 'Folders of models, separated by colons, relative to the repository’s root.',
  }),
  DARKROOM_MODELS: Type.String({
    default: '',
    description: 'Ids of the models this worker serves, comma-separated; empty: all it finds.',
  }),
  DARKROOM_DEVICE: Type.String({
    pattern: '^(auto|cpu|webgpu|cuda:(auto|[0-9]+))$',
    examples: ['cpu', 'cuda:0'],
    default: 'auto',
    description: 'auto, cuda:0 (or another number), cuda:auto, webgpu or cpu.',
  }),
  DARKROOM_WORKER_ID: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,64}$',
    examples: ['worker-1'],
    default: `${hostname()
      .replaceAll(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 48)}-${randomBytes(3).toString('hex')}`,
    description: 'Name of this worker in jobs and logs; letters, digits, dots and dashes.',
  }),
  WORKER_HOST: Type.String({ default: '127.0.0.1', description: 'Address of its own health and metrics.' }),
  WORKER_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: 'Port of its own health and metrics; unset: none.',
    }),
  ),
  DARKROOM_MEMORY_BUDGET: Type.Optional(
    Type.String({
      pattern: MEMORY_BUDGET_PATTERN,
      examples: ['6GiB', 'host:6GiB,gpu:20GiB'],
      description:
        'Memory that loaded models may take together, the machine’s or that and the GPU’s; unset: four fifths of the machine’s and nine tenths of the GPU’s. Models that don’t fit together take turns.',
    }),
  ),
  EMBEDDING_CACHE_BYTES: Type.Integer({
    minimum: 0,
    default: 256 * 1024 ** 2,
    description: 'Memory that embeddings of pictures may take in each process that makes some.',
  }),
  SHARED_EMBEDDING_CACHE_BYTES: Type.Integer({
    minimum: 0,
    default: 256 * 1024 ** 2,
    description:
      'Bytes that embeddings may take in Redis, where all workers find them; 0: each process has its own alone.',
  }),
  EMBEDDING_KEEP_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 365 * 24 * 3600,
    default: 3600,
    description: 'How long an embedding stays in Redis after its last use.',
  }),
  CUDA_VISIBLE_DEVICES: Type.Optional(
    Type.String({
      description: 'CUDA’s own: which GPUs it numbers from cuda:0 on, by index or UUID; unset: all.',
    }),
  ),
  SHUTDOWN_GRACE_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 3600,
    default: 8,
    description: 'At SIGTERM, running jobs have so long to end; the others are given back.',
  }),
});
export type Env = Static<typeof EnvSchema>;

/** @returns the help text when it was asked for */
export function loadEnv(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = process.env,
): { readonly env: Env } | { readonly help: string } {
  const applied = applyCommandLine(args, variables, {
    name: 'darkroom worker',
    about: 'runs the jobs of the models it holds',
    options: [
      { name: 'host', variable: 'WORKER_HOST', help: 'Address of its own health and metrics' },
      { name: 'port', variable: 'WORKER_PORT', help: 'Port of its own health and metrics' },
      { name: 'log-level', variable: 'LOG_LEVEL', help: LOG_LEVELS.join(', ') },
    ],
  });
  return 'help' in applied ? applied : { env: readEnv(EnvSchema, applied.env) };
}
