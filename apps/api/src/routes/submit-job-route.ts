import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { answerSubmission } from '../answer-submission.js';
import { problemAnswers } from '../problem-answers.js';
import type { Services } from '../services.js';
import { submitJob } from '../submission/submit-job.js';
import type { TaskRules } from '../submission/task-rules.js';
import { readWait, readWantedAnswer } from '../wanted-answer.js';
import { submissionAnswers, submissionHeaders, waitQuery } from './submission-schema.js';

const ANSWERED =
  'a job out, at once. With `Prefer: wait=30` the ended job, with `Accept: image/*` its picture, with `Accept: text/event-stream` its events.';

/** Adds `POST /v1/<task>`. */
export function addSubmitJobRoute(
  app: FastifyInstance,
  rules: TaskRules,
  texts: { readonly operationId: string; readonly summary: string; readonly requestSchema: string },
  services: Services,
): void {
  const isPictureUsual = rules.picture !== 'optional';
  const content = {
    'multipart/form-data': { schema: formSchema(rules) },
    'application/json': { schema: Type.Ref(texts.requestSchema) },
    ...(isPictureUsual && { 'image/*': { schema: Type.String({ format: 'binary' }) } }),
  };
  app.post(
    `/v1/${rules.task}`,
    {
      schema: {
        operationId: texts.operationId,
        tags: ['submit'],
        summary: texts.summary,
        description: isPictureUsual
          ? `One picture in, as a form, as JSON or as the body itself; ${ANSWERED} With the picture as body, the fields go into the query.`
          : `Fields in, as a form or as JSON, and a picture if it is to begin with one; ${ANSWERED}`,
        querystring: waitQuery,
        headers: submissionHeaders,
        consumes: Object.keys(content),
        body: { content },
        response: { ...submissionAnswers, ...SUBMISSION_PROBLEMS },
      },
    },
    async (request, reply) => {
      const wanted = readWantedAnswer(request);
      const wait = readWait(request);
      const { record, cancelOnDisconnect } = await submitJob(request, rules, services, wanted);
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
  'url_not_allowed',
  'url_not_fetched',
  'queue_full',
  'redis_unavailable',
  'storage_full',
);

function formSchema({ picture, fieldsSchema }: TaskRules): TSchema {
  const image = Type.String({ format: 'binary', description: 'The picture, as a file part.' });
  return Type.Object({
    image: picture === 'required' ? image : Type.Optional(image),
    ...fieldsSchema.properties,
  });
}
