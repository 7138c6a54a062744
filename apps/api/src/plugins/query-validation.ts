import type { FastifyInstance } from 'fastify';
import { type TObject, Type } from 'typebox';
import { checkFields } from '../submission/check-fields.js';
import { readFormFields } from '../submission/form-fields.js';
import { isAnswerParameter } from '../wanted-answer.js';

const NO_QUERY = Type.Object({}, { additionalProperties: false });

/**
 * Checks queries by the same rules as the fields of a submission: unknown names are refused with the nearest known
 * one, texts become numbers and booleans. A route of /v1 without a query schema takes no query. A schema that is
 * open is there for the documentation only; bodies and ids are checked where they are used, with messages of their
 * own, and so is what says how to answer.
 */
export function addQueryValidation(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1')) route.schema = { querystring: NO_QUERY, ...route.schema };
  });
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const query = schema as TObject & { additionalProperties?: boolean };
    if (httpPart !== 'querystring' || query.additionalProperties !== false) return () => true;
    return (data) => ({ value: checkQuery(query, data as Record<string, string | string[]>) });
  });
  // Answers are made of the types that the schemas give; serialising by schema would only hide what is added.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/** Throws rather than returns what is wrong: Fastify would wrap it and lose its code. */
function checkQuery(schema: TObject, query: Readonly<Record<string, string | string[]>>): object {
  const given = Object.entries(query);
  const isKnown = (name: string) => isAnswerParameter(name) && Object.hasOwn(schema.properties, name);
  const texts = given.flatMap(([name, value]) => (isKnown(name) ? [] : [[name, [value].flat()] as const]));
  const checked = checkFields(schema, readFormFields(schema, new Map(texts)));
  return { ...Object.fromEntries(given.filter(([name]) => isKnown(name))), ...checked };
}
