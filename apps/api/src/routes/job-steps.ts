import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { answerSubmission } from '../answer-submission.js';
import { cancelJob, removeJob } from '../cancel-job.js';
import { findJob } from '../find-job.js';
import { JobPresenter } from '../presentation/job-presenter.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import { retryJob } from '../submission/retry-job.js';
import { readWait, readWantedAnswer } from '../wanted-answer.js';
import { JobParams } from './jobs.js';
import { submissionAnswers, submissionHeaders, waitQuery } from './submission-schema.js';

/** What users do to a job: cancel it, try it again, delete it. */
export const jobStepsRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { store } = services;

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
      await cancelJob(record, services);
      const present = await findJob(record.id, store);
      return reply.send(await new JobPresenter(services, request).job(present));
    },
  );

  app.post(
    '/v1/jobs/:id/retry',
    {
      schema: {
        operationId: 'retryJob',
        tags: ['jobs'],
        summary: 'Try a job again',
        description:
          'A job that failed, was canceled or expired, again as a new job: same picture, model and options, and as much time until its deadline. `retry_of` of the new one names it. Answered as a submission is.',
        params: JobParams,
        querystring: waitQuery,
        headers: submissionHeaders,
        response: {
          ...submissionAnswers,
          ...problemAnswers(
            'job_not_found',
            'no_longer_kept',
            'job_not_retryable',
            'not_acceptable',
            'queue_full',
            'redis_unavailable',
            'storage_full',
          ),
        },
      },
    },
    async (request, reply) => {
      const wanted = readWantedAnswer(request);
      const wait = readWait(request);
      const found = await findJob(request.params.id, store);
      const record = await retryJob(found, services, request.log);
      return answerSubmission(request, reply, record, { wanted, wait, cancelOnDisconnect: false }, services);
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
      await removeJob(await findJob(request.params.id, store), services);
      return reply.code(204).send(null);
    },
  );
};
