import { BATCH_MAX_PICTURES, isEnded } from '@darkroom/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { streamBatchEvents } from '../batch-event-stream.js';
import { cancelJob, removeJob } from '../cancel-job.js';
import { findBatch } from '../find-batch.js';
import { presentBatch } from '../presentation/present-batch.js';
import { baseUrl } from '../presentation/urls.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import { submitBatch } from '../submission/submit-batch.js';

export const BatchParams = Type.Object({ id: Type.String() });

const batchAnswer = (description: string) => ({
  description,
  content: { 'application/json': { schema: Type.Ref('Batch') } },
});

/** Many pictures in one request, and what users do with them together. */
export const batchesRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { batches, store, publicUrl } = services;
  const jobsOf = (ids: readonly { readonly id: string }[]) => store.getMany(ids.map(({ id }) => id));

  app.post(
    '/v1/batches',
    {
      schema: {
        operationId: 'submitBatch',
        tags: ['submit'],
        summary: 'Submit many pictures',
        description: `Up to ${BATCH_MAX_PICTURES} pictures as parts \`image\` of a form, or in JSON as \`images\`; \`task\` and the fields of that task are for all of them. Each picture becomes an ordinary job; a bad one is rejected alone.`,
        consumes: ['multipart/form-data', 'application/json'],
        body: {
          content: {
            'multipart/form-data': {
              schema: Type.Object(
                {
                  task: Type.String(),
                  image: Type.Array(Type.String({ format: 'binary' }), {
                    description: 'The pictures, as file parts.',
                  }),
                },
                { additionalProperties: true },
              ),
            },
            'application/json': { schema: Type.Ref('BatchRequest') },
          },
        },
        response: {
          202: batchAnswer('The batch; its jobs are queued. `Location` has its address.'),
          ...problemAnswers(
            'malformed_json',
            'malformed_multipart',
            'model_not_found',
            'unsupported_media_type',
            'image_missing',
            'invalid_field',
            'unknown_field',
            'option_not_supported',
            'model_task_mismatch',
            'queue_full',
            'redis_unavailable',
            'storage_full',
          ),
        },
      },
    },
    async (request, reply) => {
      const batch = presentBatch(await submitBatch(request, services), baseUrl(request, publicUrl));
      return reply.code(202).header('location', batch.urls.self).send(batch);
    },
  );

  app.get(
    '/v1/batches/:id',
    {
      schema: {
        operationId: 'getBatch',
        tags: ['jobs'],
        summary: 'A batch',
        params: BatchParams,
        response: {
          200: batchAnswer('The batch.'),
          ...problemAnswers('batch_not_found', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const record = await findBatch(request.params.id, batches);
      return reply.send(presentBatch(record, baseUrl(request, publicUrl)));
    },
  );

  app.get(
    '/v1/batches/:id/events',
    {
      schema: {
        operationId: 'followBatch',
        tags: ['jobs'],
        summary: 'Follow a batch',
        description:
          'Server-sent events: `status` (the batch) when its counts change, five a second at most, and at the end `done`.',
        params: BatchParams,
        response: {
          200: { description: 'The events.', content: { 'text/event-stream': { schema: Type.String() } } },
          204: { description: '`Last-Event-ID` is that of `done`: nothing will come.', type: 'null' },
          ...problemAnswers('batch_not_found', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) =>
      streamBatchEvents(request, reply, await findBatch(request.params.id, batches), services),
  );

  app.post(
    '/v1/batches/:id/cancel',
    {
      schema: {
        operationId: 'cancelBatch',
        tags: ['jobs'],
        summary: 'Cancel the jobs of a batch',
        description: 'Those that have ended stay as they are.',
        params: BatchParams,
        response: {
          200: batchAnswer('The batch.'),
          ...problemAnswers('batch_not_found', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id, jobs } = await findBatch(request.params.id, batches);
      // From the last on, so that no job is begun only to be canceled.
      for (const record of (await jobsOf(jobs)).reverse())
        if (!isEnded(record.status)) await cancelJob(record, services);
      return reply.send(presentBatch(await findBatch(id, batches), baseUrl(request, publicUrl)));
    },
  );

  app.delete(
    '/v1/batches/:id',
    {
      schema: {
        operationId: 'deleteBatch',
        tags: ['jobs'],
        summary: 'Delete a batch',
        description:
          'Cancels what goes on, then forgets its jobs, their pictures and artifacts, and the batch.',
        params: BatchParams,
        response: {
          204: { description: 'It is gone.', type: 'null' },
          ...problemAnswers('batch_not_found', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id, jobs } = await findBatch(request.params.id, batches);
      for (const record of (await jobsOf(jobs)).reverse()) await removeJob(record, services);
      await batches.remove(id);
      return reply.code(204).send(null);
    },
  );
};
