import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FileHost, sendFile } from './file-host.js';

/** Keys and region of a server that imitates S3. */
export interface FakeS3Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly sessionToken?: string;
}

/**
 * Has a host answer for an object as S3 does: to requests that are signed rightly, or without keys to those that are not
 * signed at all. The signature is computed here anew, after Amazon's "Signature Version 4" and not with the library.
 * @param path percent-encoded, with the bucket
 */
export function holdObject(host: FileHost, path: string, bytes: Buffer, account: FakeS3Account | null): void {
  host.on(path, (request, response) => {
    const fault = account === null ? unsignedFault(request) : signatureFault(request, account);
    if (fault === null) sendFile(request, response, bytes);
    else refuse(response, 403, fault);
  });
}

export function refuse(response: ServerResponse, status: number, code: string): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>…</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(xml);
}

function unsignedFault({ headers }: IncomingMessage): string | null {
  return headers.authorization === undefined ? null : 'InvalidAccessKeyId';
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

function signatureFault(request: IncomingMessage, account: FakeS3Account): string | null {
  const { headers, method, url } = request;
  const [, keyId, day, region, signedNames, signature] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (signature === undefined) return 'AccessDenied';
  if (keyId !== account.accessKeyId) return 'InvalidAccessKeyId';
  if (region !== account.region) return 'AuthorizationHeaderMalformed';
  if (headers['x-amz-security-token'] !== account.sessionToken) return 'InvalidToken';
  const names = signedNames!.split(';');
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => names.includes(name)))
    return 'AccessDenied';
  const [path, query = ''] = url!.split('?');
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedNames,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const date = String(headers['x-amz-date']);
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  );
  const key = [day!, region, 's3', 'aws4_request'].reduce(
    (secret: string | Buffer, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${account.secretAccessKey}`,
  );
  const expected = createHmac('sha256', key).update(toSign).digest('hex');
  return expected === signature && date.startsWith(day!) ? null : 'SignatureDoesNotMatch';
}
