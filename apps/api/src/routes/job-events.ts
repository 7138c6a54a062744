import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { streamJobEvents } from '../event-stream.js';
import { findJob } from '../find-job.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import { JobParams } from './jobs.js';

export const jobEventsRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  app.get(
    '/v1/jobs/:id/events',
    {
      schema: {
        operationId: 'followJob',
        tags: ['jobs'],
        summary: 'Follow a job',
        description:
          'Server-sent events: `status` (the job without input and result), `progress`, `preview` (the artifact that shows how far a picture is), and at the end `done` (the job). Begins with the job as it is now. A reconnect after `done` is answered `204`, which stops an EventSource.',
        params: JobParams,
        response: {
          200: { description: 'The events.', content: { 'text/event-stream': { schema: Type.String() } } },
          204: { description: '`Last-Event-ID` is that of `done`: nothing will come.', type: 'null' },
          ...problemAnswers('job_not_found', 'no_longer_kept', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const record = await findJob(request.params.id, services.store);
      return streamJobEvents(request, reply, record, services);
    },
  );
};
