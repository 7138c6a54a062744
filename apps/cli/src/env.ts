import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readEnv } from '@darkroom/service-kit';
import { type Static, Type } from 'typebox';

/** All configuration of the command line. `.env.example` and the README describe the same variables. */
const EnvSchema = Type.Object({
  DARKROOM_MODELS_DIR: Type.String({
    default: 'models/local:models',
    description: 'Folders of models, separated by colons, relative to the repository’s root.',
  }),
  DARKROOM_URL: Type.Optional(
    Type.String({
      pattern: '^https?://.+',
      examples: ['http://127.0.0.1:8080'],
      description: 'Where the service answers that pictures are submitted to.',
    }),
  ),
  DARKROOM_MODEL_SOURCES: Type.Optional(
    Type.String({
      description:
        'Models that `models fetch` brings in: one a line or between semicolons, each as `models add` takes it.',
    }),
  ),
  AWS_ACCESS_KEY_ID: Type.Optional(Type.String({ description: 'Signs requests for s3:// addresses.' })),
  AWS_SECRET_ACCESS_KEY: Type.Optional(Type.String({ description: 'Likewise.' })),
  AWS_SESSION_TOKEN: Type.Optional(Type.String({ description: 'Likewise, of keys that are lent.' })),
  AWS_REGION: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$', examples: ['eu-central-1'] })),
  AWS_DEFAULT_REGION: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$', examples: ['eu-central-1'] })),
  AWS_ENDPOINT_URL: Type.Optional(Type.String({ pattern: '^https?://.+', examples: ['https://minio:9000'] })),
  AWS_ENDPOINT_URL_S3: Type.Optional(
    Type.String({
      pattern: '^https?://.+',
      examples: ['https://minio:9000'],
      description: 'A server that speaks S3, for s3:// addresses; unset: Amazon’s.',
    }),
  ),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, description: 'Port of the service.' }),
});

export type Env = Static<typeof EnvSchema>;

/** Whether output may move and have colours. */
export interface TerminalSettings {
  readonly mayMove: boolean;
  readonly mayHaveColors: boolean;
}

/**
 * Reads the environment, and `.env` in a folder for what it doesn't set.
 * @throws ConfigurationError that names all bad variables
 */
export function loadEnv(rootFolder: string): Env {
  const path = join(rootFolder, '.env');
  if (existsSync(path)) process.loadEnvFile(path);
  return readEnv(EnvSchema, process.env);
}

/** CI and NO_COLOR as everybody has them. */
export function terminalSettings(): TerminalSettings {
  return { mayMove: !process.env.CI, mayHaveColors: !process.env.CI && !process.env.NO_COLOR };
}

/** How the user calls this command. */
export function commandName(): string {
  return process.env.npm_lifecycle_event === 'darkroom' ? 'npm run -s darkroom --' : 'darkroom';
}

/** The environment of a process that runs graphs. */
export function graphProcessEnvironment(): NodeJS.ProcessEnv {
  // ONNX Runtime would else report its use to its maker.
  return { ...process.env, ORT_DISABLE_TELEMETRY: '1' };
}
