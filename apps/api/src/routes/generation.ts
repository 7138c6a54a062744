import type { FastifyPluginAsync } from 'fastify';
import type { Services } from '../services.js';
import { RULES_BY_TASK } from '../submission/rules-by-task.js';
import { addSubmitJobRoute } from './submit-job-route.js';

export const generationRoute: FastifyPluginAsync<{ services: Services }> = async (app, { services }) => {
  addSubmitJobRoute(
    app,
    RULES_BY_TASK.generation,
    {
      operationId: 'submitGeneration',
      summary: 'Generate pictures from a prompt',
      requestSchema: 'GenerationRequest',
    },
    services,
  );
};
