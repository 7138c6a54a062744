import { applyCommandLine, LOG_LEVELS, readEnv, sharedSettings } from '@darkroom/service-kit';
import { type Static, Type } from 'typebox';
import { compatSettings } from './compat/compat-settings.js';
import { readPythonLogLevel } from './compat/dlim/python-log-level.js';
import { AllowedHosts } from './fetching/allowed-hosts.js';

/** All configuration of the api. `.env.example` and the README describe the same variables. */
const EnvSchema = Type.Object({
  ...sharedSettings,
  HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address to listen on. Another than loopback opens the service to the network.',
  }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, description: '0 takes any free port.' }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+(/[^?#]*)?$',
      examples: ['https://darkroom.example.org'],
      description: 'Where clients reach the service; urls in answers begin with it.',
    }),
  ),
  DARKROOM_DEFAULT_MODELS: Type.String({
    default: '',
    description: 'Ids of models, comma-separated, to be used where a request names none.',
  }),
  MAX_UPLOAD_BYTES: Type.Integer({
    minimum: 1024,
    maximum: 500 * 1024 ** 2,
    default: 32 * 1024 ** 2,
    description: 'Bytes of one picture.',
  }),
  URL_TIMEOUT_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 60,
    default: 10,
    description: 'Time to fetch one picture from a URL, redirects included; 0: none is fetched.',
  }),
  ALLOWED_PRIVATE_HOSTS: Type.Refine(
    Type.String({
      default: '',
      examples: ['minio:9000,10.0.0.5,[fd00::5]'],
      description:
        'Hosts that may be requested though their addresses are not public, with or without a port.',
    }),
    AllowedHosts.isList,
  ),
  MAX_QUEUE_DEPTH: Type.Integer({
    minimum: 1,
    default: 1000,
    description: 'Jobs that may wait for one model before new ones are refused.',
  }),
  JOB_KEEP_SECONDS: Type.Integer({
    minimum: 1,
    maximum: 365 * 24 * 3600,
    default: 24 * 3600,
    description: 'How long input, result and artifacts stay after a job has ended, unless it says otherwise.',
  }),
});

/** With the settings of the existing services that the api can answer for, which only those know. */
const EveryVariableSchema = Type.Object({ ...EnvSchema.properties, ...compatSettings });

export type Env = Static<typeof EnvSchema>;

/** @returns the help text when it was asked for */
export function loadEnv(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = process.env,
): { readonly env: Env } | { readonly help: string } {
  const applied = applyCommandLine(args, variables, {
    name: 'darkroom api',
    about: 'takes pictures over HTTP, queues jobs, reports on them',
    options: [
      // Their short names, and numbers for levels, are those of dlim, whose clients start it with them.
      { name: 'host', alias: '-ho', variable: 'HOST', help: 'Address to listen on' },
      { name: 'port', short: 'p', variable: 'PORT', help: 'Port to listen on' },
      {
        name: 'log-level',
        alias: '-ll',
        variable: 'LOG_LEVEL',
        help: `${LOG_LEVELS.join(', ')}; or a number as Python has it`,
        read: readPythonLogLevel,
      },
    ],
  });
  return 'help' in applied ? applied : { env: readEnv(EveryVariableSchema, applied.env) as Env };
}
