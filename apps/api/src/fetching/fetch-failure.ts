import { errors } from 'undici';

/** What may go wrong with a connection, by the code that Node, undici or the resolver gives it. */
const CAUSES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no host of that name is known',
  EAI_AGAIN: 'the name of the host could not be looked up at present',
  ECONNREFUSED: 'nothing answers at that port of the host',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  ETIMEDOUT: 'the host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the host cannot be reached',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer has another length than it says',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the answer are too large',
};
const NO_TRUST = /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/;
const NO_TLS = /^(ERR_SSL_|EPROTO)/;

/**
 * Why a request failed, in words that continue a sentence. Messages of Node hold addresses, which are not told.
 * @returns null for what is no failure of a request
 */
export function describeFailure(error: unknown): string | null {
  // Of what the parser stumbles over only some has a code.
  if (error instanceof errors.HTTPParserError) return 'what answers there does not speak HTTP as it should';
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'string') return null;
  if (NO_TRUST.test(code)) return `its certificate is not trusted (${code})`;
  if (NO_TLS.test(code)) return `no encrypted connection came about (${code})`;
  return CAUSES[code] ?? `the request failed (${code})`;
}
