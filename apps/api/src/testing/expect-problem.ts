import { ERRORS, type ErrorCode, type Problem, ProblemSchema } from '@darkroom/contracts';
import { Value } from 'typebox/value';
import { expect } from 'vitest';

/** Checks that an answer is a problem of this code, whole and by the book. @returns the problem */
export async function expectProblem(answer: Response, code: ErrorCode): Promise<Problem> {
  const text = await answer.text();
  expect(answer.headers.get('content-type'), text).toMatch(/^application\/problem\+json\b/);
  const problem = JSON.parse(text) as Problem;
  expect(problem.code, problem.detail).toBe(code);
  expect(Value.Errors(ProblemSchema, problem)).toEqual([]);
  expect(answer.status).toBe(ERRORS[code].status);
  expect(problem.status).toBe(answer.status);
  expect(problem.type).toBe(`/docs/errors#${code}`);
  expect(problem.request_id).toBe(answer.headers.get('x-request-id'));
  expect(problem.detail.length).toBeGreaterThan(20);
  return problem;
}
