import type { FastifyInstance } from 'fastify';
import type { TObject } from 'typebox';
import { checkFields } from '../submission/check-fields.js';
import { readFormFields } from '../submission/form-fields.js';

/**
 * Checks queries by the same rules as the fields of a submission: unknown names are refused with the nearest known
 * one, texts become numbers and booleans. A query schema that is open is there for the documentation only; bodies
 * and ids are checked where they are used, with messages of their own.
 */
export function addQueryValidation(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const query = schema as TObject & { additionalProperties?: boolean };
    if (httpPart !== 'querystring' || query.additionalProperties !== false) return () => true;
    return (data) => {
      const texts = new Map(
        Object.entries(data as Record<string, string | string[]>).map(([name, value]) => [
          name,
          [value].flat(),
        ]),
      );
      // Thrown rather than returned: Fastify would wrap it and lose its code.
      return { value: checkFields(query, readFormFields(query, texts)) };
    };
  });
  // Answers are made of the types that the schemas give; serialising by schema would only hide what is added.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}
