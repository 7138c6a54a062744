import { isEnded } from '@darkroom/contracts';
import type { JobRecord } from '@darkroom/jobs';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findJob } from '../find-job.js';
import { JobPresenter } from '../presentation/job-presenter.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import { JobParams } from './jobs.js';

/** What users do to a job: cancel it, delete it. */
export const jobStepsRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { store, deliveries, blobs } = services;

  async function cancel(record: JobRecord): Promise<void> {
    if (isEnded(record.status)) return;
    await store.cancel(record.id);
    // The record says canceled, so a worker that gets the delivery drops it; taking it away only saves the way.
    await deliveries.remove(record.model, record.id);
  }

  app.post(
    '/v1/jobs/:id/cancel',
    {
      schema: {
        operationId: 'cancelJob',
        tags: ['jobs'],
        summary: 'Cancel a job',
        description: 'Its status is `canceled` at once. An ended job comes back unchanged.',
        params: JobParams,
        response: {
          200: { description: 'The job.', content: { 'application/json': { schema: Type.Ref('Job') } } },
          ...problemAnswers('job_not_found', 'no_longer_kept', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const record = await findJob(request.params.id, store);
      await cancel(record);
      const present = await findJob(record.id, store);
      return reply.send(await new JobPresenter(services, request).job(present));
    },
  );

  app.delete(
    '/v1/jobs/:id',
    {
      schema: {
        operationId: 'deleteJob',
        tags: ['jobs'],
        summary: 'Delete a job',
        description: 'Cancels it if it goes on, then forgets it, its input and its artifacts.',
        params: JobParams,
        response: {
          204: { description: 'It is gone.', type: 'null' },
          ...problemAnswers('job_not_found', 'no_longer_kept', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const found = await findJob(request.params.id, store);
      await cancel(found);
      // What an attempt made until it was canceled stands in the record only now.
      const record = (await store.get(found.id)) ?? found;
      const keys = await store.blobKeys(record);
      await Promise.all(keys.map((key) => blobs.release(key, record.id)));
      await store.remove(record);
      return reply.code(204).send(null);
    },
  );
};
