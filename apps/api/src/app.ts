import { type Logger, VERSION } from '@darkroom/service-kit';
import multipart from '@fastify/multipart';
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { addBodyParsers } from './plugins/body-parsers.js';
import { addOpenApi } from './plugins/openapi.js';
import { addOriginGuard } from './plugins/origin-guard.js';
import { addProblemDetails } from './plugins/problem-details.js';
import { addHostCheck, answerBadUrl, answerConnectionFault } from './plugins/protocol-faults.js';
import { addQueryValidation } from './plugins/query-validation.js';
import { addRequestId, requestIdOf } from './plugins/request-id.js';
import { addStoppingSignal } from './plugins/stopping-signal.js';
import { addUnknownRoutes } from './plugins/unknown-routes.js';
import { addUnreadUploads } from './plugins/unread-uploads.js';
import { analysisRoute } from './routes/analysis.js';
import { batchResultRoute } from './routes/batch-result.js';
import { batchesRoute } from './routes/batches.js';
import { detectionRoute } from './routes/detection.js';
import { docsRoute } from './routes/docs.js';
import { generationRoute } from './routes/generation.js';
import { healthRoute } from './routes/health.js';
import { jobEventsRoute } from './routes/job-events.js';
import { jobFilesRoute } from './routes/job-files.js';
import { jobStepsRoute } from './routes/job-steps.js';
import { jobsRoute } from './routes/jobs.js';
import { metricsRoute } from './routes/metrics.js';
import { modelStepsRoute } from './routes/model-steps.js';
import { modelsRoute } from './routes/models.js';
import { segmentationRoute } from './routes/segmentation.js';
import { serviceRoute } from './routes/service.js';
import { workersRoute } from './routes/workers.js';
import type { Services } from './services.js';

/** Longer than any path that fits into a request, so that what is wrong with an id is always said by its route. */
const MAX_PARAM_LENGTH = 20_000;

/**
 * Builds the api. Nothing listens yet.
 * @param compat existing services that it answers for too
 */
export async function buildApp(
  services: Services,
  logger: Logger,
  compat: readonly FastifyPluginAsync<{ services: Services }>[] = [],
): Promise<FastifyInstance> {
  const { maxUploadBytes } = services.limits;
  const app: FastifyInstance = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Without it a client that trickles its request holds a connection for ever.
    requestTimeout: 120_000,
    bodyLimit: maxUploadBytes,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    genReqId: ({ headers }) => requestIdOf(headers),
    // Said by a hook instead, as a problem like any other.
    http: { requireHostHeader: false },
    frameworkErrors: answerBadUrl,
    clientErrorHandler: answerConnectionFault,
  });

  addRequestId(app);
  addHostCheck(app);
  addProblemDetails(app);
  addStoppingSignal(app);
  addUnreadUploads(app);
  addQueryValidation(app);
  addUnknownRoutes(app);
  addOriginGuard(app, services);

  await app.register(multipart);
  addBodyParsers(app, maxUploadBytes);

  await addOpenApi(app, VERSION);
  // Called rather than registered, so that its hook sees the answers of all routes.
  await metricsRoute(app, { services });
  for (const route of [
    segmentationRoute,
    detectionRoute,
    generationRoute,
    analysisRoute,
    batchesRoute,
    batchResultRoute,
    jobsRoute,
    jobStepsRoute,
    jobFilesRoute,
    jobEventsRoute,
    modelsRoute,
    modelStepsRoute,
    workersRoute,
    serviceRoute,
    healthRoute,
    ...compat,
  ]) {
    await app.register(route, { services });
  }
  await app.register(docsRoute);
  return app;
}
