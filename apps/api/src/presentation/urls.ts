import type { FastifyRequest } from 'fastify';

/** Where the service is reached, without a trailing slash: from PUBLIC_URL, else as the request says. */
export function baseUrl(request: FastifyRequest, publicUrl: string | null): string {
  if (publicUrl) return publicUrl.replace(/\/+$/, '');
  return `${request.protocol}://${request.host}`;
}

/** The addresses of one job. */
export function jobUrls(base: string, jobId: string) {
  const self = `${base}/v1/jobs/${jobId}`;
  return {
    self,
    result: `${self}/result`,
    cancel: `${self}/cancel`,
    events: `${self}/events`,
    input: `${self}/input`,
    artifact: (name: string) => `${self}/artifacts/${encodeURIComponent(name)}`,
  };
}
