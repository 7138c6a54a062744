import { DarkroomError } from '@darkroom/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Pages of any origin may use this route. */
    openToOrigins?: boolean;
  }
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses requests that a page of another origin makes a browser send: without keys, such a page could use the
 * service of whoever looks at it. Only browsers send `Origin`; everything else passes.
 *
 * Comparing with the Host header alone would let a name that was rebound to this machine through. So a service on
 * loopback, or one that knows its PUBLIC_URL, takes that and loopback names only.
 */
export function addOriginGuard(
  app: FastifyInstance,
  options: { host: string; publicUrl: string | null },
): void {
  const publicHost = options.publicUrl ? new URL(options.publicUrl).host : null;
  const isLoopback = LOOPBACK_NAMES.has(options.host) || options.host === '::1';
  app.addHook('onRequest', async (request) => {
    const { origin } = request.headers;
    if (origin === undefined || request.routeOptions.config.openToOrigins || isOurs(origin, request)) return;
    throw new DarkroomError(
      'origin_not_allowed',
      `A page of ${origin.slice(0, 100)} may not use this service. Open the service under its own address, or set PUBLIC_URL to the address you use.`,
    );
  });

  function isOurs(origin: string, request: FastifyRequest): boolean {
    if (!URL.canParse(origin)) return false;
    const { host, hostname } = new URL(origin);
    if (host === publicHost) return true;
    if (host !== request.host) return false;
    return LOOPBACK_NAMES.has(hostname) || (publicHost === null && !isLoopback);
  }
}
