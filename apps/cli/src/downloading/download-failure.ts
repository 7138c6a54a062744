import { STATUS_CODES } from 'node:http';
import { CommandFailure } from '../command-failure.js';
import type { ModelAddress } from './model-address.js';

/** Another attempt may succeed. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

const PASSING_STATUS: readonly number[] = [408, 429, 500, 502, 503, 504];
/** What Node, undici and the resolver say of connections that another attempt may find well. */
const PASSING: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the name of the host could not be looked up at present',
  ECONNREFUSED: 'nothing answers at that port of the host',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection broke off',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the host cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the host does not answer',
  UND_ERR_BODY_TIMEOUT: 'nothing came any more',
};
const LASTING: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no host of that name is known',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too large',
};
const NO_TRUST = /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;
const OF_REQUEST = /^(UND_ERR_|ERR_SSL_|EPROTO|HPE_)/;

/** @param reason continues a sentence */
export function notFetched({ shown }: ModelAddress, reason: string, cause?: unknown): CommandFailure {
  return new CommandFailure(`${shown} could not be fetched: ${reason}`, { cause });
}

/** What to throw in place of an error of a request or of its answer; others, of the disk for one, stay as they are. */
export function explainFailure(error: unknown, address: ModelAddress): unknown {
  const { code } = error as { readonly code?: unknown };
  if (error instanceof PassingFailure || error instanceof CommandFailure || typeof code !== 'string')
    return error;
  const passing = PASSING[code];
  if (passing !== undefined) return new PassingFailure(passing, { cause: error });
  if (NO_TRUST.test(code)) {
    const remedy = 'NODE_EXTRA_CA_CERTS names a file of certificates to trust besides';
    return notFetched(address, `its certificate is not trusted (${code}); ${remedy}`, error);
  }
  const lasting = LASTING[code] ?? (OF_REQUEST.test(code) ? `the request failed (${code})` : null);
  return lasting === null ? error : notFetched(address, lasting, error);
}

/** An answer that is no file. */
export interface Refusal {
  readonly statusCode: number;
  /** The beginning of what came with it. */
  readonly text: string;
  /** The region of a bucket, where S3 says so. */
  readonly bucketRegion: string | undefined;
}

export function explainRefusal(
  { statusCode, text, bucketRegion }: Refusal,
  address: ModelAddress,
  hasKeys: boolean,
): Error {
  const s3Code = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1];
  const status = `the answer is ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd();
  const answer = s3Code === undefined ? status : `${status} (${s3Code})`;
  if (PASSING_STATUS.includes(statusCode)) return new PassingFailure(answer);
  if (bucketRegion !== undefined && statusCode < 404) {
    return notFetched(address, `${answer}. The bucket is in ${bucketRegion}: set AWS_REGION=${bucketRegion}`);
  }
  const remedy = remedyFor(statusCode, address.isS3, hasKeys);
  return notFetched(address, remedy === null ? answer : `${answer}. ${remedy}`);
}

function remedyFor(statusCode: number, isS3: boolean, hasKeys: boolean): string | null {
  if (statusCode === 404) return 'There is no such file: check the address';
  if (statusCode !== 401 && statusCode !== 403) return null;
  if (isS3 && !hasKeys) {
    return 'The request was not signed: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION';
  }
  if (isS3)
    return 'Whoever has this AWS_ACCESS_KEY_ID may not read it, or it is not there; check the region too';
  return 'It is not for everybody: give an address that carries the right to read it, such as a presigned URL';
}
