import { TASKS } from '@darkroom/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';

const ModelsQuery = Type.Object(
  { task: Type.Optional(Type.Enum([...TASKS])) },
  { additionalProperties: false },
);

export const ModelParams = Type.Object({ id: Type.String() });

export const modelsRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { models } = services;

  app.get(
    '/v1/models',
    {
      schema: {
        operationId: 'listModels',
        tags: ['models'],
        summary: 'List models',
        description: 'Every model that a worker ever served. `demo` models know only simple drawn shapes.',
        querystring: ModelsQuery,
        response: {
          200: {
            description: 'The models.',
            content: { 'application/json': { schema: Type.Ref('ModelList') } },
          },
          ...problemAnswers('invalid_field', 'unknown_field', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const registry = await models.read();
      const { task } = request.query;
      const wanted = registry.models.filter((model) => task === undefined || model.task === task);
      return reply.send({ models: await models.describe(registry, wanted, services) });
    },
  );

  app.get(
    '/v1/models/:id',
    {
      schema: {
        operationId: 'getModel',
        tags: ['models'],
        summary: 'A model',
        params: ModelParams,
        response: {
          200: { description: 'The model.', content: { 'application/json': { schema: Type.Ref('Model') } } },
          ...problemAnswers('model_not_found', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const registry = await models.read();
      const [model] = await models.describe(registry, [models.find(registry, request.params.id)], services);
      return reply.send(model);
    },
  );
};
