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
