import type { FastifyRequest } from 'fastify';

/** Where the service is reached, without a trailing slash: from PUBLIC_URL, else as the request says. */
export function baseUrl(request: FastifyRequest, publicUrl: string | null): string {
  if (publicUrl) return publicUrl.replace(/\/+$/, '');
  // Without a Host header (HTTP/1.0), the address that the request came to.
  const { localAddress, localPort } = request.raw.socket;
  return `${request.protocol}://${request.host || `${localAddress}:${localPort}`}`;
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
