import type { FastifyPluginAsync } from 'fastify';
import type { Services } from '../services.js';
import { RULES_BY_TASK } from '../submission/rules-by-task.js';
import { addSubmitJobRoute } from './submit-job-route.js';

export const analysisRoute: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  addSubmitJobRoute(
    app,
    RULES_BY_TASK.analysis,
    {
      operationId: 'submitAnalysis',
      summary: 'Compare a picture, and its regions, with concepts',
      requestSchema: 'AnalysisRequest',
    },
    services,
  );
};
