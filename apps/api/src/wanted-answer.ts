import { DarkroomError, type PictureFormat } from '@darkroom/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { MAX_WAIT_SECONDS } from './services.js';

const PLAIN_WAIT_SECONDS = 30;

/** Query parameters that say how to answer, and are no fields of a job. */
export const ANSWER_PARAMETERS = ['wait'] as const;

export function isAnswerParameter(name: string): boolean {
  return (ANSWER_PARAMETERS as readonly string[]).includes(name);
}

/** What a submission is answered with, by its first accepted type. */
export type WantedAnswer =
  | { readonly kind: 'job' }
  | { readonly kind: 'events' }
  /** `format` null: whichever suits. */
  | { readonly kind: 'picture'; readonly format: PictureFormat | null };

const PICTURE_TYPES: Readonly<Record<string, PictureFormat | null>> = {
  'image/*': null,
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/webp': 'webp',
};
const JOB_TYPES = ['*/*', 'application/*', 'application/json', 'application/problem+json'];

/**
 * The first of the accepted types that can be made decides.
 * @throws DarkroomError `not_acceptable` when none can
 */
export function readWantedAnswer(request: FastifyRequest): WantedAnswer {
  const accepted = new Negotiator(request.raw).mediaTypes();
  for (const type of accepted) {
    if (Object.hasOwn(PICTURE_TYPES, type)) return { kind: 'picture', format: PICTURE_TYPES[type]! };
    if (type === 'text/event-stream') return { kind: 'events' };
    if (JOB_TYPES.includes(type)) return { kind: 'job' };
  }
  if (accepted.length === 0) return { kind: 'job' };
  throw new DarkroomError(
    'not_acceptable',
    `The Accept header names ${accepted.slice(0, 5).join(', ').slice(0, 200)}. A job can be answered as application/json, text/event-stream, or as a picture: image/jpeg, image/png, image/webp or image/*.`,
  );
}

/** How long a request wants to wait for the end of its job, and where it said so. */
export interface Wait {
  readonly seconds: number;
  readonly preferred: boolean;
}

/**
 * `Prefer: wait=N` or `?wait=N`; more than the service allows counts as what it allows. Plain `wait` is 30 seconds.
 * A Prefer header that can't be read is ignored, as RFC 7240 asks; a bad query is an error.
 * @throws DarkroomError `invalid_field` for a query that is no number of seconds
 */
export function readWait(request: FastifyRequest): Wait {
  const { wait } = request.query as { wait?: string | string[] };
  if (wait !== undefined) return { seconds: capped(readSeconds(String(wait))), preferred: false };
  const header = [request.headers.prefer ?? []].flat().join(',');
  const preference = /(?:^|[,;\s])wait(?:\s*=\s*"?(\d{1,6})"?)?\s*(?:[,;]|$)/i.exec(header);
  if (!preference) return { seconds: 0, preferred: false };
  return {
    seconds: capped(preference[1] === undefined ? PLAIN_WAIT_SECONDS : Number(preference[1])),
    preferred: true,
  };
}

/** Tells the client what became of its preference. */
export function confirmWait(reply: FastifyReply, wait: Wait): void {
  if (wait.preferred) reply.header('preference-applied', `wait=${wait.seconds}`);
}

function readSeconds(text: string): number {
  if (text === '' || text === 'true') return PLAIN_WAIT_SECONDS;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new DarkroomError(
    'invalid_field',
    `"wait" takes whole seconds, such as wait=30 (more than ${MAX_WAIT_SECONDS} counts as ${MAX_WAIT_SECONDS}), got "${text.slice(0, 40)}".`,
    {
      fields: [{ pointer: '#/wait', detail: `Send seconds from 0 to ${MAX_WAIT_SECONDS}.` }],
    },
  );
}

function capped(seconds: number): number {
  return Math.min(seconds, MAX_WAIT_SECONDS);
}

/** Waiting without saying how long, as for a picture. */
export const DEFAULT_WAIT_SECONDS = PLAIN_WAIT_SECONDS;
