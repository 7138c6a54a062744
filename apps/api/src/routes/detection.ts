import type { FastifyPluginAsync } from 'fastify';
import type { Services } from '../services.js';
import { RULES_BY_TASK } from '../submission/rules-by-task.js';
import { addSubmitJobRoute } from './submit-job-route.js';

export const detectionRoute: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  addSubmitJobRoute(
    app,
    RULES_BY_TASK.detection,
    {
      operationId: 'submitDetection',
      summary: 'Detect objects in a picture',
      requestSchema: 'DetectionRequest',
    },
    services,
  );
};
