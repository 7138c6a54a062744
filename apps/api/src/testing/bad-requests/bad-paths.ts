import type { ErrorCode } from '@darkroom/contracts';
import { type BadRequest, bad, type Material } from './bad-request.js';

const UNKNOWN_JOB = 'job_01JD8Z3V9QXXXXXXXXXXXXXXXX';

/** Paths, queries, methods and headers that lead nowhere. */
export function badPaths({ jobId }: Material): BadRequest[] {
  return [...badIds(jobId), ...badQueries(jobId), ...badRoutes(jobId), ...badProtocol()];
}

const get = (name: string, path: string, code: ErrorCode, says: RegExp) => bad(name, { path }, code, says);

function badIds(jobId: string): BadRequest[] {
  const unknown = new RegExp(`no job ${UNKNOWN_JOB}`);
  const noId = /is no id of a job; ids look like/;
  const ofUnknown = (['result', 'events', 'input', 'artifacts/overlay.jpg'] as const).map((what) =>
    get(`${what} of an unknown job`, `/v1/jobs/${UNKNOWN_JOB}/${what}`, 'job_not_found', unknown),
  );
  const artifact = (name: string, path: string) =>
    get(
      name,
      `/v1/jobs/${jobId}/artifacts/${path}`,
      'artifact_not_found',
      /Its artifacts: .*segmentation_map/,
    );
  return [
    get('an unknown job', `/v1/jobs/${UNKNOWN_JOB}`, 'job_not_found', unknown),
    bad(
      'an unknown job to cancel',
      { method: 'POST', path: `/v1/jobs/${UNKNOWN_JOB}/cancel` },
      'job_not_found',
      unknown,
    ),
    bad(
      'an unknown job to delete',
      { method: 'DELETE', path: `/v1/jobs/${UNKNOWN_JOB}` },
      'job_not_found',
      unknown,
    ),
    ...ofUnknown,
    get('a number as an id', '/v1/jobs/7', 'job_not_found', noId),
    get('an id in small letters', `/v1/jobs/${jobId.toLowerCase()}`, 'job_not_found', noId),
    get('a path as an id', '/v1/jobs/..%2f..%2fetc%2fpasswd', 'job_not_found', noId),
    get('a path twice encoded as an id', '/v1/jobs/%252e%252e%252fetc', 'job_not_found', noId),
    get('NUL as an id', '/v1/jobs/%00', 'job_not_found', noId),
    get('an id with a NUL behind it', `/v1/jobs/${jobId}%00`, 'job_not_found', noId),
    get('a Redis key as an id', '/v1/jobs/*', 'job_not_found', noId),
    get('a very long id', `/v1/jobs/${'A'.repeat(10_000)}`, 'job_not_found', noId),
    get('an id of emoji', `/v1/jobs/${encodeURIComponent('📷'.repeat(30))}`, 'job_not_found', noId),
    get('an unknown model', '/v1/models/quikc', 'model_not_found', /"quikc".*quick/),
    get('a path as a model', '/v1/models/..%2f..%2fetc%2fpasswd', 'model_not_found', /quick/),
    artifact('an unknown artifact', 'overlay.jpeg'),
    artifact('a path as an artifact', '..%2f..%2f..%2fetc%2fpasswd'),
    artifact('NUL as an artifact', '%00'),
    artifact('a very long artifact', 'a'.repeat(5000)),
  ];
}

function badQueries(jobId: string): BadRequest[] {
  const list = (query: string, says: RegExp) =>
    get(`jobs?${query}`, `/v1/jobs?${query}`, 'invalid_field', says);
  return [
    list('limit=0', /"limit" must be a whole number from 1 to 200, got 0/),
    list('limit=1e3', /from 1 to 200, got 1000/),
    list('limit=all', /whole number .*got "all"/),
    list('limit=1&limit=2', /2 times/),
    list('cursor=../../etc/passwd', /next_cursor/),
    list('cursor=', /next_cursor/),
    list('status=done', /"status" must be one of queued, running.*"done"/),
    list('created_after=yesterday', /a time such as/),
    list('created_after=2026-02-31T25:00:00Z', /a time such as/),
    get('jobs with a slip of the pen', '/v1/jobs?statuz=queued', 'unknown_field', /"status"/),
    get('jobs with __proto__', '/v1/jobs?__proto__=1', 'unknown_field', /__proto__/),
    get('wait=abc', `/v1/jobs/${jobId}?wait=abc`, 'invalid_field', /whole seconds, such as wait=30.*"abc"/),
    get('wait=-1', `/v1/jobs/${jobId}?wait=-1`, 'invalid_field', /whole seconds/),
    get('inline=maybe', `/v1/jobs/${jobId}?inline=maybe`, 'invalid_field', /"inline" must be true or false/),
    get('an unknown query', `/v1/jobs/${jobId}?inlin=true`, 'unknown_field', /"inline"/),
    get('a query where none is taken', '/v1/workers?id=1', 'unknown_field', /"id".*No field/),
    get(
      'another download',
      `/v1/jobs/${jobId}/artifacts/segmentation_map.png?download=yes`,
      'invalid_field',
      /0, 1/,
    ),
    get(
      'a result in a format that there isn’t',
      `/v1/jobs/${jobId}/result?format=pascal-voc`,
      'invalid_field',
      /json/,
    ),
    get(
      'a result in a format for another task',
      `/v1/jobs/${jobId}/result?format=yolo`,
      'option_not_supported',
      /csv or json/,
    ),
    get('models of no task', '/v1/models?task=cooking', 'invalid_field', /segmentation/),
  ];
}

function badRoutes(jobId: string): BadRequest[] {
  const notAllowed = (method: string, path: string, says: RegExp) =>
    bad(`${method} ${path.replace(jobId, '…')}`, { method, path }, 'method_not_allowed', says);
  return [
    notAllowed('GET', '/v1/segmentation', /answers POST/),
    notAllowed('PUT', '/v1/segmentation', /answers POST/),
    notAllowed('OPTIONS', '/v1/segmentation', /answers POST/),
    notAllowed('POST', '/v1/jobs', /answers .*GET/),
    notAllowed('PATCH', `/v1/jobs/${jobId}`, /answers .*GET.*DELETE|answers .*DELETE.*GET/),
    notAllowed('GET', `/v1/jobs/${jobId}/cancel`, /answers POST/),
    notAllowed('DELETE', '/v1/models', /answers .*GET/),
    notAllowed('POST', '/health/live', /answers .*GET/),
    notAllowed('TRACE', '/v1', /answers .*GET/),
    notAllowed('PROPFIND', '/v1/', /answers .*GET/),
    get('a path with a slip of the pen', '/v1/segmentations', 'route_not_found', /\/v1\/segmentation\?/),
    get('a task that there is none of', '/v1/painting', 'route_not_found', /GET \/v1 names|Did you mean/),
    get('another version', '/v2/jobs', 'route_not_found', /v1\/jobs/),
    get('a file of the server', '/.env', 'route_not_found', /\/\.env/),
    get('a path that climbs', '/v1/jobs/../../etc/passwd', 'route_not_found', /Nothing answers/),
    get(
      'a path that climbs out of the documentation',
      '/docs/assets/..%2f..%2fpackage.json',
      'route_not_found',
      /Nothing/,
    ),
    get('a path that cannot be decoded', '/v1/jobs/%zz', 'route_not_found', /hexadecimal/),
    get('half a character', '/v1/jobs/%c3', 'route_not_found', /hexadecimal/),
    get('a very long path', `/${'long/'.repeat(2000)}`, 'route_not_found', /Nothing answers/),
  ];
}

function badProtocol(): BadRequest[] {
  const literal = (name: string, text: string, says: RegExp) =>
    bad(name, { literal: text.replaceAll('\n', '\r\n') }, 'malformed_request', says);
  const head = 'GET /v1 HTTP/1.1\nhost: x\nconnection: close\n';
  return [
    literal('something that is not HTTP', 'HELO example.org\n\n', /HTTP\/1\.1 client/),
    literal('the greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /HTTP\/1\.1 client/),
    literal('another version of HTTP', 'GET /v1 HTTP/9.9\nhost: x\n\n', /HTTP\/1\.1 client/),
    literal('a path with a NUL', 'GET /v1/jobs/\0 HTTP/1.1\nhost: x\n\n', /HTTP\/1\.1 client/),
    literal('a header that is none', `${head}this is no header\n\n`, /HTTP\/1\.1 client/),
    literal('a header with a NUL', `${head}x-name: a\0b\n\n`, /HTTP\/1\.1 client/),
    literal('headers of 20 kB', `${head}x-name: ${'a'.repeat(20_000)}\n\n`, /16 kB/),
    literal('two lengths', `${head}content-length: 1\ncontent-length: 2\n\n`, /HTTP\/1\.1 client/),
    literal(
      'a length and chunks',
      `${head}content-length: 1\ntransfer-encoding: chunked\n\n`,
      /HTTP\/1\.1 client/,
    ),
    literal('a length that is none', `${head}content-length: many\n\n`, /HTTP\/1\.1 client/),
    literal('no Host', 'GET /v1 HTTP/1.1\nconnection: close\n\n', /Host/),
    bad('chunks that are none', badChunks(), 'malformed_request', /HTTP\/1\.1 client/),
    bad(
      'a page of another origin',
      { path: '/v1', headers: { origin: 'https://evil.example' } },
      'origin_not_allowed',
      /PUBLIC_URL/,
    ),
  ];
}

function badChunks() {
  const head =
    'POST /v1/segmentation HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ntransfer-encoding: chunked\r\n';
  return { literal: `${head}connection: close\r\n\r\nzz\r\nnot a chunk\r\n` };
}
