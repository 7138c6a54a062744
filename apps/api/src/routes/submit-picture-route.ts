import type { FastifyInstance } from 'fastify';
import { type TObject, type TSchema, Type } from 'typebox';
import { answerSubmission } from '../answer-submission.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import type { PictureTask } from '../submission/picture-task.js';
import { submitPicture } from '../submission/submit-picture.js';
import { readWait, readWantedAnswer } from '../wanted-answer.js';
import { submissionAnswers, submissionHeaders, waitQuery } from './submission-schema.js';

/** Adds `POST /v1/<task>` for a task that takes one picture. */
export function addSubmitPictureRoute(
  app: FastifyInstance,
  task: PictureTask,
  texts: { readonly operationId: string; readonly summary: string; readonly requestSchema: string },
  services: Services,
): void {
  app.post(
    `/v1/${task.task}`,
    {
      schema: {
        operationId: texts.operationId,
        tags: ['submit'],
        summary: texts.summary,
        description:
          'One picture in, as a form, as JSON or as the body itself; a job out, at once. With `Prefer: wait=30` the ended job, with `Accept: image/*` its picture, with `Accept: text/event-stream` its events. With the picture as body, the fields go into the query.',
        querystring: waitQuery,
        headers: submissionHeaders,
        consumes: ['multipart/form-data', 'application/json', 'image/*'],
        body: {
          content: {
            'multipart/form-data': { schema: formSchema(task.fieldsSchema) },
            'application/json': { schema: Type.Ref(texts.requestSchema) },
            'image/*': { schema: Type.String({ format: 'binary' }) },
          },
        },
        response: { ...submissionAnswers, ...SUBMISSION_PROBLEMS },
      },
    },
    async (request, reply) => {
      const wanted = readWantedAnswer(request);
      const wait = readWait(request);
      const { record, cancelOnDisconnect } = await submitPicture(request, task, services, wanted);
      return answerSubmission(request, reply, record, { wanted, wait, cancelOnDisconnect }, services);
    },
  );
}

const SUBMISSION_PROBLEMS = problemAnswers(
  'malformed_json',
  'malformed_multipart',
  'model_not_found',
  'job_not_found',
  'job_not_ended',
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
);

function formSchema(fieldsSchema: TObject): TSchema {
  return Type.Object({
    image: Type.String({ format: 'binary', description: 'The picture, as a file part.' }),
    ...fieldsSchema.properties,
  });
}
