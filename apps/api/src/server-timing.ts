import type { JobRecord } from '@darkroom/jobs';
import type { FastifyReply } from 'fastify';
import { presentTimings } from './presentation/present-job.js';

/** The stages of an ended job, as browsers' developer tools show them. */
export function addServerTiming(reply: FastifyReply, record: JobRecord): void {
  const timings = Object.entries(presentTimings(record)).flatMap(([name, durationMs]) =>
    durationMs === null ? [] : `${name.replace(/_ms$/, '')};dur=${durationMs.toFixed(1)}`,
  );
  reply.header('server-timing', timings.join(', '));
}
