import { ERRORS, type ErrorCode } from '@darkroom/contracts';
import { Type } from 'typebox';

/** The error answers of a route for its OpenAPI description, by status. */
export function problemAnswers(...codes: ErrorCode[]) {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codes
          .filter((code) => ERRORS[code].status === status)
          .map((code) => `\`${code}\`: ${ERRORS[code].title}.`)
          .join(' '),
        content: { 'application/problem+json': { schema: Type.Ref('Problem') } },
      },
    ]),
  );
}
