import { parse } from 'node:path';
import { DarkroomError, isEnded } from '@darkroom/contracts';
import { artifactsOf, type JobRecord } from '@darkroom/jobs';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { answerWithFile } from '../answer-with-file.js';
import { findJob } from '../find-job.js';
import { JobPresenter } from '../presentation/job-presenter.js';
import { problemAnswers } from '../problem-answers.js';
import { formatResults } from '../result-format.js';
import type { Services } from '../services.js';
import { JobParams } from './jobs.js';

const file = {
  description: 'The bytes, with type, length, ETag and range.',
  content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
};

const DownloadQuery = Type.Object(
  { download: Type.Optional(Type.Enum(['0', '1'], { description: '`1` saves it under the input’s name.' })) },
  { additionalProperties: false },
);

const anyResult = Type.Union([
  Type.Ref('SemanticResult'),
  Type.Ref('MasksResult'),
  Type.Ref('EmbeddingResult'),
  Type.Ref('DetectionResult'),
  Type.Ref('GenerationResult'),
  Type.Ref('AnalysisResult'),
]);

/** What a job leaves behind: its result, its artifacts; and what it was given. */
export const jobFilesRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (app, { services }) => {
  const { store, blobs } = services;

  app.get(
    '/v1/jobs/:id/result',
    {
      schema: {
        operationId: 'getResult',
        tags: ['jobs'],
        summary: 'The result alone',
        params: JobParams,
        querystring: Type.Object(
          {
            format: Type.Optional(
              Type.Enum(['json', 'coco', 'yolo', 'csv'], {
                default: 'json',
                description: '`coco` is for detections and masks, `yolo` for detections.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: {
            description: 'The result.',
            content: {
              'application/json': {
                schema: anyResult,
              },
              'text/plain': { schema: Type.String() },
              'text/csv': { schema: Type.String() },
            },
          },
          ...problemAnswers(
            'job_not_found',
            'no_longer_kept',
            'job_not_ended',
            'job_has_no_result',
            'option_not_supported',
            'invalid_field',
            'redis_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const record = await findJob(request.params.id, store);
      if (!isEnded(record.status)) {
        const detail = `The job ${record.id} is ${record.status}. Wait for it with GET /v1/jobs/${record.id} and Prefer: wait=30.`;
        throw new DarkroomError('job_not_ended', detail, { retryAfterSeconds: 1 });
      }
      const result = await new JobPresenter(services, request).result(record);
      if (result === null) {
        const why = record.outcome.error ? `: ${record.outcome.error.detail}` : '.';
        throw new DarkroomError('job_has_no_result', `The job ${record.id} is ${record.status}${why}`);
      }
      const { format = 'json' } = request.query;
      if (format === 'json') return reply.send(result);
      const picture = { jobId: record.id, fileName: record.input.image?.fileName ?? null, result };
      const labels = await services.models.labelsOf(record.model);
      const { mediaType, body } = formatResults([picture], format, {
        task: record.task,
        labels,
        isBatch: false,
      });
      return reply.type(mediaType).send(body);
    },
  );

  app.get(
    '/v1/jobs/:id/input',
    {
      schema: {
        operationId: 'getInput',
        tags: ['jobs'],
        summary: 'The picture as it was submitted',
        params: JobParams,
        response: {
          200: file,
          ...problemAnswers('job_not_found', 'artifact_not_found', 'no_longer_kept', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id, input } = await findJob(request.params.id, store);
      const { image } = input;
      if (!image) throw new DarkroomError('artifact_not_found', `The job ${id} was given no picture.`);
      return answerWithFile(request, reply, { ...image, name: image.fileName ?? 'input' }, blobs);
    },
  );

  app.get(
    '/v1/jobs/:id/artifacts/:name',
    {
      schema: {
        operationId: 'getArtifact',
        tags: ['jobs'],
        summary: 'An artifact',
        params: Type.Object({ ...JobParams.properties, name: Type.String() }),
        querystring: DownloadQuery,
        response: {
          200: file,
          206: { ...file, description: 'The range that was asked for.' },
          304: { description: 'The client has it already.', type: 'null' },
          416: { description: 'The range lies outside the file.', type: 'null' },
          ...problemAnswers('job_not_found', 'artifact_not_found', 'no_longer_kept', 'redis_unavailable'),
        },
      },
    },
    async (request, reply) => {
      const { id, name } = request.params;
      const record = await findJob(id, store);
      const artifact = artifactsOf(record).find((candidate) => candidate.name === name);
      if (!artifact) throw noSuchArtifact(record, name);
      const saveAs = request.query.download === '1' ? downloadName(record, artifact.name) : null;
      return answerWithFile(request, reply, artifact, blobs, saveAs);
    },
  );
};

/** `cat.overlay.jpg` for the overlay of `cat.jpg`. */
function downloadName(record: JobRecord, artifactName: string): string {
  const fileName = record.input.image?.fileName;
  const stem = fileName ? parse(fileName).name : record.id;
  return `${stem}.${artifactName}`;
}

function noSuchArtifact(record: JobRecord, name: string): DarkroomError {
  const names = artifactsOf(record)
    .map((artifact) => artifact.name)
    .join(', ');
  const notYet = isEnded(record.status) ? '' : 'It has not ended. ';
  const there =
    names === '' && notYet
      ? 'It has not ended, so it has none yet.'
      : `${notYet}Its artifacts: ${names || 'none'}.`;
  return new DarkroomError(
    'artifact_not_found',
    `The job ${record.id} has no artifact "${name.slice(0, 80)}". ${there}`,
  );
}
