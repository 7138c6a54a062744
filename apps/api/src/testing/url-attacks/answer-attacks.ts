import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Answering } from '../picture-server.js';
import { notFetched, type UrlAttack } from './url-attack.js';

const ZEROS = Buffer.alloc(1_000_000);

const packed =
  (encoding: string, bytes: Buffer): Answering =>
  (response) =>
    response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': encoding }).end(bytes);

/** Writes again and again until the client has gone. */
function writeForEver(response: ServerResponse, piece: Buffer | string, everyMs: number): void {
  const timer = setInterval(() => response.write(piece), everyMs);
  response.on('close', () => clearInterval(timer));
}

/** Sends text as it stands, past what Node would let a server send. */
const literally =
  (text: string): Answering =>
  ({ socket }) =>
    socket!.end(text, 'latin1');

/** Answers that are to exhaust or confuse whoever reads them, by path. */
export const HOSTILE_ANSWERS: Readonly<Record<string, Answering>> = {
  '/silent': () => {},
  '/trickling-head': ({ socket }) => {
    socket!.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket!.write('x-more: of this\r\n'), 50);
    socket!.on('close', () => clearInterval(timer));
  },
  '/trickling-body': (response) => {
    response.writeHead(200, { 'content-length': 1000 });
    writeForEver(response, '.', 50);
  },
  '/endless-infos': ({ socket }) => {
    const timer = setInterval(() => socket!.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20);
    socket!.on('close', () => clearInterval(timer));
  },
  '/endless-head': ({ socket }) => {
    socket!.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket!.write(`x-${'y'.repeat(1000)}: ${'z'.repeat(1000)}\r\n`), 1);
    socket!.on('close', () => clearInterval(timer));
  },
  '/endless': (response) => writeForEver(response.writeHead(200), ZEROS, 1),
  '/too-long': (response) => response.writeHead(200, { 'content-length': 10 ** 12 }).write('.'),
  '/shorter-than-it-says': literally('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nnot that long'),
  '/two-lengths': literally('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n123456'),
  '/length-and-chunks': literally(
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n',
  ),
  '/negative-length': literally('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n12345'),
  '/endless-chunk': literally(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'f'.repeat(40)}\r\n`),
  '/no-http': literally('-ERR unknown command\r\n'),
  '/gzip-bomb': packed('gzip', gzipSync(ZEROS)),
  '/deflate-bomb': packed('deflate', deflateSync(ZEROS)),
  '/brotli-bomb': packed('br', brotliCompressSync(ZEROS)),
  '/packed-twice': packed('gzip, gzip', gzipSync(gzipSync(ZEROS))),
  '/packed-with-a-long-name': packed('x'.repeat(10_000), ZEROS),
  '/empty': (response) => response.writeHead(200).end(),
  '/no-content': (response) => response.writeHead(204).end(),
  '/unauthorized': (response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end('who?'),
  '/missing': (response) => response.writeHead(404).end('nothing here'),
  '/broken': (response) => response.writeHead(500, 'Line\tof <b>its</b> own').end('broken'),
  '/upgrade': literally('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
};

/** @param server one that gives {@link HOSTILE_ANSWERS}, as a name and port */
export function answerAttacks(server: string): UrlAttack[] {
  const at = (name: string, path: string, says: RegExp) => notFetched(name, `http://${server}${path}`, says);
  const tooLarge = (name: string, path: string): UrlAttack => ({
    name,
    url: `http://${server}${path}`,
    code: 'upload_too_large',
    says: /MAX_UPLOAD_BYTES/,
  });
  const noHttp = /does not speak HTTP as it should|has another length than it says/;
  return [
    at('with a head of megabytes', '/endless-head', /headers of the answer are too large/),
    tooLarge('with bytes that never end', '/endless'),
    tooLarge('that says it has a terabyte', '/too-long'),
    at('shorter than it says', '/shorter-than-it-says', /connection broke off/),
    at('of two lengths', '/two-lengths', noHttp),
    at('of a length and of chunks', '/length-and-chunks', noHttp),
    at('of a negative length', '/negative-length', noHttp),
    at('in a chunk without an end', '/endless-chunk', noHttp),
    at('in another protocol', '/no-http', noHttp),
    at('packed with gzip', '/gzip-bomb', /packed as "gzip"/),
    at('packed with deflate', '/deflate-bomb', /packed as "deflate"/),
    at('packed with brotli', '/brotli-bomb', /packed as "br"/),
    at('packed twice', '/packed-twice', /packed as "gzip, gzip"/),
    at('packed with something of a long name', '/packed-with-a-long-name', /packed as "x{40}"/),
    at('without a byte', '/empty', /the answer is empty/),
    at('without content', '/no-content', /the answer is 204 No Content/),
    at('that asks who is there', '/unauthorized', /the answer is 401 Unauthorized/),
    at('that there is nothing', '/missing', /the answer is 404 Not Found/),
    at('that something broke, in its own words', '/broken', /the answer is 500 Internal Server Error\./),
    at('that wants another protocol', '/upgrade', /could not be fetched/),
  ];
}

/** Answers that take as long as anybody waits for them; the service waits half a second. */
export function lateAnswerAttacks(server: string): UrlAttack[] {
  const late = /did not come within 0\.5 seconds \(URL_TIMEOUT_SECONDS/;
  const at = (name: string, path: string, says: RegExp) => notFetched(name, `http://${server}${path}`, says);
  return [
    at('never', '/silent', late),
    at('with a head that never ends', '/trickling-head', late),
    at('with a body that never ends', '/trickling-body', late),
    at('that is always only announced', '/endless-infos', late),
  ];
}
