import { Type } from 'typebox';

/** What every task's submission shares in the OpenAPI document. */
export const waitQuery = Type.Object({
  wait: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Seconds to wait for the end of the job, as `Prefer: wait=N`; more than 50 counts as 50.',
    }),
  ),
});

export const submissionHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description: '`wait=N`: `200` with the ended job if it ends within N seconds, else `202`.',
    }),
  ),
});

const picture = { schema: Type.String({ format: 'binary' }) };

export const submissionAnswers = {
  200: {
    description:
      'The ended job, or its picture, where the request waited for it. A failed job is a 200 too: read `status`.',
    content: {
      'application/json': { schema: Type.Ref('Job') },
      'image/jpeg': picture,
      'image/png': picture,
      'image/webp': picture,
      'text/event-stream': { schema: Type.String() },
    },
  },
  202: {
    description: 'The job, queued or running. `Location` has its address.',
    content: { 'application/json': { schema: Type.Ref('Job') } },
  },
} as const;
