import { randomUUID } from 'node:crypto';
import { type Logger, VERSION } from '@darkroom/service-kit';
import multipart from '@fastify/multipart';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { addOpenApi } from './plugins/openapi.js';
import { addOriginGuard } from './plugins/origin-guard.js';
import { addProblemDetails } from './plugins/problem-details.js';
import { addQueryValidation } from './plugins/query-validation.js';
import { addUnknownRoutes } from './plugins/unknown-routes.js';
import { docsRoute } from './routes/docs.js';
import { healthRoute } from './routes/health.js';
import { jobEventsRoute } from './routes/job-events.js';
import { jobFilesRoute } from './routes/job-files.js';
import { jobStepsRoute } from './routes/job-steps.js';
import { jobsRoute } from './routes/jobs.js';
import { metricsRoute } from './routes/metrics.js';
import { modelsRoute } from './routes/models.js';
import { segmentationRoute } from './routes/segmentation.js';
import { serviceRoute } from './routes/service.js';
import { workersRoute } from './routes/workers.js';
import type { Services } from './services.js';

/** JSON around the base64 of a picture: its fields, `metadata` above all. */
const JSON_EXTRA_BYTES = 64 * 1024;
const REQUEST_ID_PATTERN = /^[\w.:-]{1,128}$/;

/** Builds the api. Nothing listens yet. */
export async function buildApp(services: Services, logger: Logger): Promise<FastifyInstance> {
  const { maxUploadBytes } = services.limits;
  const app: FastifyInstance = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Without it a client that trickles its request holds a connection for ever.
    requestTimeout: 120_000,
    bodyLimit: maxUploadBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID_PATTERN.test(given) ? given : randomUUID();
    },
  });

  addProblemDetails(app);
  addQueryValidation(app);
  addUnknownRoutes(app);
  addOriginGuard(app, services);
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));

  await app.register(multipart);
  // Pictures as bodies are read whole; the limit is the picture's own.
  app.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: Math.ceil(maxUploadBytes * 1.4) + JSON_EXTRA_BYTES },
    app.getDefaultJsonParser('remove', 'remove'),
  );
  app.removeContentTypeParser('text/plain');

  await addOpenApi(app, VERSION);
  // Called rather than registered, so that its hook sees the answers of all routes.
  await metricsRoute(app, { services });
  for (const route of [
    segmentationRoute,
    jobsRoute,
    jobStepsRoute,
    jobFilesRoute,
    jobEventsRoute,
    modelsRoute,
    workersRoute,
    serviceRoute,
    healthRoute,
  ]) {
    await app.register(route, { services });
  }
  await app.register(docsRoute);
  return app;
}
