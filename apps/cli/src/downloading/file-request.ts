import { VERSION } from '@darkroom/service-kit';
import { type Dispatcher, request } from 'undici';
import { explainRefusal, notFetched } from './download-failure.js';
import type { DownloadTools } from './file-download.js';
import { isSafeWay, type ModelAddress, shownUrl } from './model-address.js';
import { signedHeaders } from './s3-object.js';

const REDIRECTING: readonly number[] = [301, 302, 303, 307, 308];
const REFUSAL_BYTES = 4096;

/** What is asked for of a file whose beginning is here. */
export interface FilePart {
  readonly from: number;
  readonly etag: string;
}

/** A file that begins to come. */
export interface FileAnswer {
  readonly body: Dispatcher.ResponseData['body'];
  /** Where in the file it begins. */
  readonly from: number;
  /** Of the whole file; `null`: not known. */
  readonly totalBytes: number | null;
  /** The version, where a part of it can be asked for later. */
  readonly etag: string | null;
}

type Answer = Dispatcher.ResponseData;
type Tools = Pick<DownloadTools, 'dispatcher' | 's3' | 'limits' | 'signal'>;

/**
 * Asks for a file, or for the rest of it, wherever it leads to.
 * @throws CommandFailure or PassingFailure; what undici throws
 */
export async function requestFile(
  address: ModelAddress,
  part: FilePart | null,
  tools: Tools,
): Promise<FileAnswer> {
  let { url } = address;
  for (let redirects = 0; redirects <= tools.limits.maxRedirects; redirects++) {
    const answer = await ask(url, address, part, tools);
    answer.body.on('error', () => {});
    const { location } = answer.headers;
    if (!REDIRECTING.includes(answer.statusCode) || typeof location !== 'string') {
      return readAnswer(answer, address, part, tools);
    }
    answer.body.destroy();
    url = nextUrl(location, url, address);
  }
  throw notFetched(address, `it redirects more than ${tools.limits.maxRedirects} times`);
}

async function ask(url: URL, address: ModelAddress, part: FilePart | null, tools: Tools): Promise<Answer> {
  const { dispatcher, limits, signal, s3 } = tools;
  const headers: Record<string, string> = {
    accept: '*/*',
    // The hash is of the file itself, and so is the size.
    'accept-encoding': 'identity',
    'user-agent': `Darkroom/${VERSION}`,
    ...(part && { range: `bytes=${part.from}-`, 'if-range': part.etag }),
  };
  const isOwnHost = url.origin === address.url.origin;
  if (isOwnHost) Object.assign(headers, basicAuthorization(address.url));
  const { href } = withoutUser(url);
  return request(href, {
    dispatcher,
    signal,
    // Neither keys nor passwords go to another host than the one they are for.
    headers: address.isS3 && isOwnHost ? await signedHeaders(url, headers, s3) : headers,
    headersTimeout: limits.stallMs,
    bodyTimeout: limits.stallMs,
  });
}

function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function withoutUser(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

function nextUrl(location: string, from: URL, address: ModelAddress): URL {
  if (!URL.canParse(location, from.href)) throw notFetched(address, 'it redirects to what is no address');
  const url = new URL(location, from);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (isWeb && isSafeWay(url, address.sha256)) return url;
  throw notFetched(
    address,
    `it redirects to ${shownUrl(url)}, where anybody on the way can change the file. Give its hash: #sha256=…`,
  );
}

async function readAnswer(
  answer: Answer,
  address: ModelAddress,
  part: FilePart | null,
  { s3 }: Tools,
): Promise<FileAnswer> {
  const { statusCode, headers, body } = answer;
  if (statusCode !== 200 && !(statusCode === 206 && part)) {
    const bucketRegion = headers['x-amz-bucket-region'];
    const refusal = {
      statusCode,
      text: await beginningOf(body),
      bucketRegion: typeof bucketRegion === 'string' && bucketRegion !== s3.region ? bucketRegion : undefined,
    };
    throw explainRefusal(refusal, address, s3.keys !== null);
  }
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity') {
    body.destroy();
    throw notFetched(address, `it came packed as ${JSON.stringify(encoding.slice(0, 40))}, unasked`);
  }
  const etag = strongTag(headers.etag);
  const length = headers['content-length'] === undefined ? null : Number(headers['content-length']);
  if (statusCode === 200) return { body, from: 0, totalBytes: length, etag };
  const [, from, end, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(String(headers['content-range'])) ?? [];
  const isRest = part && Number(from) === part.from && Number(end) + 1 === Number(total);
  if (isRest) return { body, from: part.from, totalBytes: Number(total), etag };
  body.destroy();
  throw notFetched(address, 'the host answers with another part of the file than it was asked for');
}

/** Weak ones are of files that are alike, not the same byte for byte. */
function strongTag(etag: string | string[] | undefined): string | null {
  return typeof etag === 'string' && /^"[^"]*"$/.test(etag) ? etag : null;
}

async function beginningOf(body: Answer['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= REFUSAL_BYTES) break;
    }
  } catch {
    // The status alone says enough.
  }
  return Buffer.concat(chunks).toString('utf8', 0, REFUSAL_BYTES);
}
