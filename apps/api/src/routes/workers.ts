import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';

export const workersRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  app.get(
    '/v1/workers',
    {
      schema: {
        operationId: 'listWorkers',
        tags: ['models'],
        summary: 'List workers',
        description:
          'The workers that are alive, the models they hold, and model folders they left out, with the reasons.',
        response: {
          200: {
            description: 'The workers.',
            content: { 'application/json': { schema: Type.Ref('WorkerList') } },
          },
          ...problemAnswers('redis_unavailable'),
        },
      },
    },
    async (_request, reply) => reply.send({ workers: (await services.models.read()).workers }),
  );
};
