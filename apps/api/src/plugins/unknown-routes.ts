import { DarkroomError, nearestName } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';
import Router, { type HTTPMethod } from 'find-my-way';
import { answerProblem } from './problem-details.js';

/** Answers paths that don't exist with 404, and those that do, but not with this method, with 405 and `Allow`. */
export function addUnknownRoutes(app: FastifyInstance): void {
  const router = Router({ ignoreTrailingSlash: true, maxParamLength: Number.MAX_SAFE_INTEGER });
  const methods = new Set<HTTPMethod>();
  const paths = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat() as HTTPMethod[]) {
      if (router.hasRoute(one, url)) continue;
      methods.add(one);
      router.on(one, url, () => {});
    }
    if (!url.includes(':') && !url.includes('*')) paths.add(url);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!;
    const allowed = [...methods].filter((method) => router.find(method, path) !== null);
    const shown = `${request.method} ${path.slice(0, 120)}`;
    // A path that answers this method got here by its own route, which found nothing under its wildcard.
    if (allowed.length > 0 && !allowed.includes(request.method as HTTPMethod)) {
      reply.header('allow', allowed.join(', '));
      const detail = `${shown} is not a call; this path answers ${allowed.join(', ')}.`;
      return answerProblem(new DarkroomError('method_not_allowed', detail), null, request, reply);
    }
    const nearest = nearestName(path, [...paths]);
    const hint = nearest ? `Did you mean ${nearest}?` : 'GET /v1 names the tasks, GET /docs all calls.';
    const detail = `Nothing answers at ${shown}. ${hint}`;
    return answerProblem(new DarkroomError('route_not_found', detail), null, request, reply);
  });
}
