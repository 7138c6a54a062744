import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';
import { expect } from 'vitest';

/** Checks that an answer has what the schema says, every field of it, and nothing else at its top. */
export async function expectSchema<Schema extends TObject>(
  answer: Response,
  schema: Schema,
): Promise<Static<Schema>> {
  expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
  const body = (await answer.json()) as Record<string, unknown>;
  expect(Value.Errors(schema, body)).toEqual([]);
  expect(Object.keys(body).sort()).toEqual(Object.keys(schema.properties).sort());
  return body as Static<Schema>;
}
