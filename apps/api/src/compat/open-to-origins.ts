import type { FastifyInstance } from 'fastify';

/**
 * Lets pages of any origin use the paths that are added to this context from now on, as the original did: the api's
 * guard against other origins passes them, answers carry the headers that browsers look for, and what browsers ask
 * ahead (a preflight) is answered.
 */
export function openToOrigins(app: FastifyInstance): void {
  const methodsByPath = new Map<string, string[]>();
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, openToOrigins: true };
    const methods = [route.method].flat().filter((method) => method !== 'HEAD');
    if (methods.includes('OPTIONS')) return;
    const known = methodsByPath.get(route.url);
    methodsByPath.set(route.url, [...(known ?? []), ...methods]);
    if (known === undefined) addPreflight(route.url);
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
  });

  function addPreflight(path: string): void {
    app.options(path, { schema: { hide: true } }, async (request, reply) => {
      const asked = request.headers['access-control-request-headers'];
      reply
        .header('access-control-allow-methods', [...methodsByPath.get(path)!, 'OPTIONS'].join(', '))
        .header('access-control-allow-headers', asked ?? 'content-type')
        .header('access-control-max-age', '86400');
      return reply.code(204).send();
    });
  }
}
