import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** Answers the requests for a path. */
export type Answering = (response: ServerResponse, request: IncomingMessage) => unknown;

/** Answers with bytes. */
export const picture =
  (bytes: Buffer): Answering =>
  (response) =>
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length }).end(bytes);

/** Answers with a redirect. */
export const redirect =
  (location: string, status = 302): Answering =>
  (response) =>
    response.writeHead(status, { location }).end('elsewhere');

interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** A server on loopback that pictures are fetched from, good ones or bad; it records what it is asked for. */
export class PictureServer {
  readonly requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  /** The most requests that were unanswered at a time. */
  mostAtOnce = 0;
  readonly #server: Server;
  readonly #answers: Readonly<Record<string, Answering>>;
  readonly #sockets: Socket[] = [];
  #open = 0;

  private constructor(answers: Readonly<Record<string, Answering>>, certificate: Certificate | null) {
    this.#answers = answers;
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.#server = certificate ? createTlsServer(certificate, answer) : createServer(answer);
    this.#server.on('connection', (socket) => this.#sockets.push(socket));
  }

  /**
   * @param answers by path; of others the answer is 404
   * @param certificate of a server that speaks https
   */
  static async start(
    answers: Readonly<Record<string, Answering>>,
    certificate: Certificate | null = null,
  ): Promise<PictureServer> {
    const server = new PictureServer(answers, certificate);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `127.0.0.1` and the port. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Bytes that went into connections, to be read or not. */
  get bytesSent(): number {
    return this.#sockets.reduce((total, { bytesWritten }) => total + bytesWritten, 0);
  }

  /** Connections that somebody holds. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    this.requests.push({ method, url, headers });
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open);
    response.on('close', () => this.#open--);
    const path = new URL(url!, 'http://x').pathname;
    const answering = this.#answers[path];
    if (answering) answering(response, request);
    else response.writeHead(404).end('nothing here');
  }
}
