import { SegmentationFieldsSchema } from '@darkroom/contracts';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { answerSubmission } from '../answer-submission.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import { submitSegmentation } from '../submission/submit-segmentation.js';
import { readWait, readWantedAnswer } from '../wanted-answer.js';
import { submissionAnswers, submissionHeaders, waitQuery } from './submission-schema.js';

const FormSchema = Type.Object({
  image: Type.String({ format: 'binary', description: 'The picture, as a file part.' }),
  ...SegmentationFieldsSchema.properties,
});

export const segmentationRoute: FastifyPluginAsyncTypebox<{ services: Services }> = async (
  app,
  { services },
) => {
  app.post(
    '/v1/segmentation',
    {
      schema: {
        operationId: 'submitSegmentation',
        tags: ['submit'],
        summary: 'Segment a picture',
        description:
          'One picture in, as a form, as JSON or as the body itself; a job out, at once. With `Prefer: wait=30` the ended job, with `Accept: image/*` its picture, with `Accept: text/event-stream` its events. With the picture as body, the fields go into the query.',
        querystring: waitQuery,
        headers: submissionHeaders,
        consumes: ['multipart/form-data', 'application/json', 'image/*'],
        body: {
          content: {
            'multipart/form-data': { schema: FormSchema },
            'application/json': { schema: Type.Ref('SegmentationRequest') },
            'image/*': { schema: Type.String({ format: 'binary' }) },
          },
        },
        response: {
          ...submissionAnswers,
          ...problemAnswers(
            'malformed_json',
            'malformed_multipart',
            'model_not_found',
            'job_not_found',
            'artifact_not_found',
            'not_acceptable',
            'job_has_no_result',
            'no_longer_kept',
            'upload_too_large',
            'image_too_many_pixels',
            'unsupported_media_type',
            'unsupported_image',
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
      const wanted = readWantedAnswer(request);
      const wait = readWait(request);
      const record = await submitSegmentation(request, services, wanted);
      return answerSubmission(request, reply, record, { wanted, wait }, services);
    },
  );
};
