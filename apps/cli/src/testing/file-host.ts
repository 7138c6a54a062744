import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server on loopback that holds files, and misbehaves where it is told to. */
export class FileHost {
  /** Paths of all requests, in their order. */
  readonly requested: string[] = [];
  readonly #files = new Map<string, Buffer>();
  readonly #answers = new Map<string, Answer>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  static async start(): Promise<FileHost> {
    const host = new FileHost();
    await new Promise<void>((resolve) => host.#server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @returns the file’s address */
  file(path: string, bytes: Uint8Array): string {
    this.#files.set(path, Buffer.from(bytes));
    return `${this.origin}${path}`;
  }

  /** @returns the address that is answered so */
  on(path: string, answer: Answer): string {
    this.#answers.set(path, answer);
    return `${this.origin}${path}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!.split('?')[0]!;
    this.requested.push(path);
    const answer = this.#answers.get(path);
    const bytes = this.#files.get(path);
    if (answer) answer(request, response);
    else if (bytes) sendFile(request, response, bytes);
    else response.writeHead(404).end('no such file');
  }
}

/** As servers do that know ranges. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const etag = tagOf(bytes);
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = bytes.subarray(from);
  const isPart = from > 0 && request.headers['if-range'] === etag;
  if (!isPart) response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes);
  else {
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { etag, 'content-length': rest.length, 'content-range': range }).end(rest);
  }
}

/** Sends the beginning of a file and breaks off. */
export function sendBeginning(response: ServerResponse, bytes: Buffer, length: number): void {
  response.writeHead(200, { etag: tagOf(bytes), 'content-length': bytes.length });
  response.write(bytes.subarray(0, length), () => setTimeout(() => response.destroy(), 20));
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function tagOf(bytes: Buffer): string {
  return `"${sha256Of(bytes).slice(0, 16)}"`;
}
