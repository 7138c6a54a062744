import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { finishedPictures, recordsOf, resultLines } from '../batch-results.js';
import { findBatch } from '../find-batch.js';
import { JobPresenter } from '../presentation/job-presenter.js';
import { problemAnswers } from '../problem-answers.js';
import { formatResults } from '../result-format.js';
import type { Services } from '../services.js';
import { BatchParams } from './batches.js';

const FormatQuery = Type.Object(
  {
    format: Type.Optional(
      Type.Enum(['jsonl', 'coco', 'yolo', 'csv'], {
        default: 'jsonl',
        description:
          '`jsonl`: a line of JSON for each picture, rejected ones too; `coco`: one file for all; `yolo`: a zip of label files; `csv`: a table.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** The results of all jobs of a batch together. */
export const batchResultRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  app.get(
    '/v1/batches/:id/result',
    {
      schema: {
        operationId: 'getBatchResult',
        tags: ['jobs'],
        summary: 'All results of a batch',
        params: BatchParams,
        querystring: FormatQuery,
        response: {
          200: {
            description: 'The results in the format that was asked for.',
            content: {
              'application/x-ndjson': { schema: Type.String() },
              'application/json': { schema: Type.Object({}) },
              'application/zip': { schema: Type.String({ format: 'binary' }) },
              'text/csv': { schema: Type.String() },
            },
          },
          ...problemAnswers(
            'batch_not_found',
            'batch_not_finished',
            'option_not_supported',
            'invalid_field',
            'redis_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const batch = await findBatch(request.params.id, services.batches);
      const records = await recordsOf(batch, services);
      const presenter = new JobPresenter(services, request);
      const { format = 'jsonl' } = request.query;
      if (format === 'jsonl') {
        const lines = await resultLines(batch, records, presenter);
        return reply
          .type('application/x-ndjson; charset=utf-8')
          .send(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      }
      const pictures = await finishedPictures(records, presenter);
      const labels = await services.models.labelsOf(records[0]?.model ?? '');
      const formatted = formatResults(pictures, format, { task: batch.task, labels, isBatch: true });
      return reply
        .type(formatted.mediaType)
        .header('content-disposition', `attachment; filename="${batch.id}.${formatted.extension}"`)
        .send(formatted.body);
    },
  );
};
