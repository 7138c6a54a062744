import { DarkroomError, isEnded, JOB_STATUSES, TASKS } from '@darkroom/contracts';
import { firstJobIdAt, isJobId } from '@darkroom/jobs';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findJob } from '../find-job.js';
import { inlineArtifacts } from '../inline-artifacts.js';
import { JobPresenter } from '../presentation/job-presenter.js';
import { problemAnswers } from '../problem-answers.js';
import { addServerTiming } from '../server-timing.js';
import type { Services } from '../services.js';
import { waitWhileConnected } from '../wait-while-connected.js';
import { confirmWait, readWait } from '../wanted-answer.js';
import { submissionHeaders, waitQuery } from './submission-schema.js';

const PAGE_DEFAULT = 50;
const PAGE_MAX = 200;

const ListQuery = Type.Object(
  {
    task: Type.Optional(Type.Enum([...TASKS])),
    status: Type.Optional(Type.Enum([...JOB_STATUSES])),
    model: Type.Optional(Type.String({ maxLength: 128 })),
    batch_id: Type.Optional(Type.String({ maxLength: 64 })),
    parent_id: Type.Optional(
      Type.String({ maxLength: 64, description: 'The children of this job; no other list has them.' }),
    ),
    created_after: Type.Optional(Type.String({ format: 'date-time', description: 'ISO 8601.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT })),
    cursor: Type.Optional(Type.String({ description: '`next_cursor` of the page before.' })),
  },
  { additionalProperties: false },
);

const JobQuery = Type.Object(
  {
    ...waitQuery.properties,
    inline: Type.Optional(
      Type.Boolean({ description: 'Adds `base64` to the artifacts, as long as they have 8 MB in all.' }),
    ),
  },
  { additionalProperties: false },
);

export const JobParams = Type.Object({ id: Type.String() });

export const jobsRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { store } = services;

  app.get(
    '/v1/jobs',
    {
      schema: {
        operationId: 'listJobs',
        tags: ['jobs'],
        summary: 'List jobs, newest first',
        description: '`input` and `result` are left out. `Link: rel="next"` has the next page.',
        querystring: ListQuery,
        response: {
          200: {
            description: 'A page of jobs.',
            content: { 'application/json': { schema: Type.Ref('JobList') } },
          },
          ...problemAnswers('invalid_field', 'unknown_field', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const {
        task,
        status,
        model,
        batch_id: batchId,
        parent_id: parentId,
        created_after,
        limit = PAGE_DEFAULT,
        cursor,
      } = request.query;
      if (cursor !== undefined && !isJobId(cursor))
        throw badQuery('cursor', 'takes next_cursor of the page before; leave it out for the first page');
      const page = { limit: limit + 1, before: cursor, createdAfterId: createdAfterId(created_after) };
      const records = await store.indexes.list({ task, status, model, batchId, parentId }, page);
      const presenter = new JobPresenter(services, request);
      const jobs = await Promise.all(records.slice(0, limit).map((record) => presenter.summary(record)));
      const nextCursor = records.length > limit ? jobs.at(-1)!.id : null;
      if (nextCursor) {
        const query = new URLSearchParams(request.url.split('?')[1]);
        query.set('cursor', nextCursor);
        reply.header('link', `<${presenter.base}/v1/jobs?${query}>; rel="next"`);
      }
      return reply.send({ jobs, next_cursor: nextCursor });
    },
  );

  app.get(
    '/v1/jobs/:id',
    {
      schema: {
        operationId: 'getJob',
        tags: ['jobs'],
        summary: 'A job',
        description:
          'With `Prefer: wait=N` it waits for the end of the job; a job that goes on is answered `202`.',
        params: JobParams,
        headers: submissionHeaders,
        querystring: JobQuery,
        response: {
          200: { description: 'The job.', content: { 'application/json': { schema: Type.Ref('Job') } } },
          202: {
            description: 'Waited for, and not ended yet.',
            content: { 'application/json': { schema: Type.Ref('Job') } },
          },
          ...problemAnswers(
            'job_not_found',
            'no_longer_kept',
            'invalid_field',
            'unknown_field',
            'redis_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const wait = readWait(request);
      const found = await findJob(request.params.id, store);
      const record =
        wait.seconds > 0 ? await waitWhileConnected(request, found.id, wait.seconds, services) : found;
      confirmWait(reply, wait);
      if (wait.seconds > 0 && isEnded(record.status)) addServerTiming(reply, record);
      if (wait.seconds > 0 && !isEnded(record.status)) reply.code(202);
      const job = await new JobPresenter(services, request).job(record);
      return reply.send(request.query.inline ? await inlineArtifacts(job, record, services.blobs) : job);
    },
  );
};

function createdAfterId(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const timeMs = Date.parse(text);
  if (!Number.isFinite(timeMs) || timeMs < 0)
    throw badQuery('created_after', 'takes a time such as 2026-01-31T12:00:00Z');
  return firstJobIdAt(timeMs + 1);
}

function badQuery(name: string, takes: string): DarkroomError {
  return new DarkroomError('invalid_field', `"${name}" ${takes}.`, {
    fields: [{ pointer: `#/${name}`, detail: `It ${takes}.` }],
  });
}
