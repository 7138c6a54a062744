import { DarkroomError } from '@darkroom/contracts';
import type { FastifyInstance } from 'fastify';
import { textLimitBytes } from '../text-limit.js';

/** What bodies can be: JSON, or a picture. Forms have a plugin of their own. */
export function addBodyParsers(app: FastifyInstance, maxUploadBytes: number): void {
  // Pictures are read whole; the limit is the picture's own.
  app.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.removeContentTypeParser(['application/json', 'text/plain']);
  const bodyLimit = textLimitBytes(maxUploadBytes);
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit },
    async (_request: unknown, body: string) => parseJson(body),
  );
}

/**
 * "__proto__" is a name like any other here: nothing is merged, and the check of the fields refuses it by name.
 * @returns undefined for no text: clients that always name a type also do so for calls without a body
 */
function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    // RFC 8259 lets a reader pass over a byte order mark, which some programs write.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const reason = (error as Error).message.slice(0, 200);
    const detail = `The body was sent as application/json but is not: ${reason}. Check quotes, commas and encoding.`;
    throw new DarkroomError('malformed_json', detail, { cause: error });
  }
}
