import { basename } from 'node:path';
import { UsageFailure } from '../command-failure.js';
import { readS3Address, type S3Settings } from './s3-object.js';

/** A file of a model that is fetched. */
export interface ModelAddress {
  readonly url: URL;
  /** Whether requests are signed as S3 wants it, where there are keys. */
  readonly isS3: boolean;
  /** What the file is called, here too. */
  readonly fileName: string;
  /** What its bytes must hash to, in lower-case hex digits. */
  readonly sha256: string | null;
  /** As users are shown it: without what may be secret. */
  readonly shown: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const HASH = /#sha256=([^#]*)$/;
const HEX_SHA256 = /^[0-9a-f]{64}$/i;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const LONGEST_NAME = 255;

/** Whether a word of the command line is an address rather than a path. */
export function isAddress(word: string): boolean {
  return SCHEME.test(word);
}

/**
 * Reads `https://host/path/model.onnx#sha256=<hex>`, or `s3://bucket/key` likewise.
 * @throws UsageFailure that says what is expected
 */
export function readModelAddress(word: string, s3: S3Settings): ModelAddress {
  const scheme = SCHEME.exec(word)?.[1]?.toLowerCase();
  const given = HASH.exec(word)?.[1] ?? null;
  const plain = given === null ? word : word.replace(HASH, '');
  const isS3 = scheme === 's3';
  const url = isS3 ? readS3Address(plain, s3) : readUrl(plain);
  const shown = isS3 ? plain : shownUrl(url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new UsageFailure(`expected an address with https:// or s3://, or a path, got ${shown}`);
  }
  if (url.hash !== '') throw new UsageFailure(`expected nothing but #sha256=… after the # of ${shown}`);
  const sha256 = given === null ? null : readSha256(given);
  if (!isSafeWay(url, sha256)) {
    throw new UsageFailure(
      `${shown} is not fetched${isS3 ? ` from ${url.origin}` : ''}: over http:// anybody on the way can change the file. Give https://, or the file’s hash: #sha256=…`,
    );
  }
  return { url, isS3, fileName: fileNameOf(url, shown), sha256, shown };
}

/** @throws UsageFailure */
export function readSha256(text: string): string {
  if (HEX_SHA256.test(text)) return text.toLowerCase();
  throw new UsageFailure(
    `expected the 64 hex digits of a SHA-256, got ${JSON.stringify(text.slice(0, 100))}`,
  );
}

/** Whether what comes can be relied on: it is encrypted, doesn't leave this machine, or is checked. */
export function isSafeWay({ protocol, hostname }: URL, sha256: string | null): boolean {
  return protocol === 'https:' || sha256 !== null || LOOPBACK.test(hostname);
}

/** A URL without user, password and query, which may be secrets. */
export function shownUrl({ origin, protocol, host, pathname }: URL): string {
  return `${origin === 'null' ? `${protocol}//${host}` : origin}${pathname}`;
}

function readUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new UsageFailure(`${JSON.stringify(text.slice(0, 200))} is no address that can be read`);
}

function fileNameOf({ pathname }: URL, shown: string): string {
  const name = decoded(basename(pathname));
  const isName = name !== null && name !== '' && !name.startsWith('.') && !/[/\\\p{Cc}]/u.test(name);
  if (isName && !pathname.endsWith('/') && Buffer.byteLength(name) <= LONGEST_NAME) return name;
  throw new UsageFailure(
    `expected an address that ends in the name of a file, such as model.onnx, got ${shown}`,
  );
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
