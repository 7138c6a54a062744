import type { FastifyPluginAsync } from 'fastify';
import type { Services } from '../services.js';
import { CompatJobs } from './compat-jobs.js';
import type { CompatService } from './compat-service.js';
import { COMPAT_SERVICES } from './compat-services.js';
import { ALL_SERVICES } from './compat-settings.js';

type Plugin = FastifyPluginAsync<{ services: Services }>;

/**
 * The services that `DARKROOM_COMPAT` names, each as a plugin of the api's.
 * @param env with what `compatSettings` describe
 */
export function switchedOnServices(env: object): Plugin[] {
  const variables = env as Readonly<Record<string, unknown>>;
  const wanted = String(variables.DARKROOM_COMPAT)
    .split(',')
    .map((name) => name.trim());
  return COMPAT_SERVICES.filter(({ name }) => wanted.includes(ALL_SERVICES) || wanted.includes(name)).map(
    (service) => pluginOf(service, variables),
  );
}

function pluginOf(service: CompatService, variables: Readonly<Record<string, unknown>>): Plugin {
  const own = Object.keys(service.settings).map((name) => [name, variables[name]] as const);
  const settings = Object.fromEntries(own);
  return async (app, { services }) => {
    await service.register(app, { services, settings, jobs: new CompatJobs(service.name, services) });
    app.log.info({ service: service.name, settings }, 'answers for an existing service too');
  };
}
