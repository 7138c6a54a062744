import { type Static, Type } from 'typebox';
import { ERRORS, type ErrorCode } from './errors.js';

export const ErrorCodeSchema = Type.Enum(Object.keys(ERRORS) as ErrorCode[], {
  description: 'What went wrong; each code has a section at /docs/errors.',
});

/** RFC 9457 problem details, the body of every error answer. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Address of the code’s section in the documentation.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What was expected, what came, and what to do.' }),
    code: ErrorCodeSchema,
    retryable: Type.Boolean({ description: 'Whether the same request may succeed later.' }),
    request_id: Type.String({ description: 'The X-Request-Id of this exchange, also in the log.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'JSON pointer to the field, such as `#/outputs/0`.' }),
          detail: Type.String(),
        }),
        { description: 'One entry for each bad field.' },
      ),
    ),
  },
  { $id: 'Problem', description: 'Why a request was refused, after RFC 9457.' },
);
export type Problem = Static<typeof ProblemSchema>;
