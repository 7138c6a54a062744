import { TASKS } from '@darkroom/contracts';
import { VERSION } from '@darkroom/service-kit';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { baseUrl } from '../presentation/urls.js';
import { problemAnswers } from '../problem-answers.js';
import { MAX_WAIT_SECONDS, type Services } from '../services.js';

export const serviceRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  app.get(
    '/v1',
    {
      schema: {
        operationId: 'getService',
        tags: ['service'],
        summary: 'What this service offers',
        response: {
          200: {
            description: 'Version, tasks, limits.',
            content: { 'application/json': { schema: Type.Ref('Service') } },
          },
          ...problemAnswers('redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { models, limits, publicUrl } = services;
      const registry = await models.read();
      const base = baseUrl(request, publicUrl);
      return reply.send({
        name: 'darkroom',
        version: VERSION,
        tasks: TASKS.map((task) => ({
          task,
          default_model: models.defaultOf(registry, task, [])?.id ?? null,
          url: `${base}/v1/${task}`,
        })),
        limits: {
          max_upload_bytes: limits.maxUploadBytes,
          max_image_pixels: limits.maxImagePixels,
          max_queue_depth: limits.maxQueueDepth,
          max_wait_seconds: MAX_WAIT_SECONDS,
          job_keep_seconds: limits.jobKeepSeconds,
          url_timeout_seconds: limits.urlTimeoutSeconds,
        },
        urls: {
          models: `${base}/v1/models`,
          jobs: `${base}/v1/jobs`,
          docs: `${base}/docs`,
          openapi: `${base}/openapi.json`,
        },
      });
    },
  );
};
