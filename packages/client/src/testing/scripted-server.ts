import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allOf } from './all-of.js';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** A real HTTP server that gives prepared answers, one after the other, and remembers what it was asked. */
export class ScriptedServer {
  readonly requests: ReceivedRequest[] = [];
  readonly #answers: Answer[] = [];
  readonly #server = createServer(async (message, response) => {
    const body = Buffer.concat(await allOf(message as AsyncIterable<Buffer>));
    const { method = '', url = '', headers } = message;
    const request = { method, url, headers, body };
    this.requests.push(request);
    const answer =
      this.#answers.shift() ?? ((unexpected) => unexpected.writeHead(500).end('no answer is prepared'));
    answer(response, request);
  });

  static async start(): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(...answers: Answer[]): void {
    this.#answers.push(...answers);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function problem(
  status: number,
  code: string,
  extra: object = {},
  headers: Record<string, string> = {},
) {
  const body = {
    type: `/docs/errors#${code}`,
    title: 'A title',
    status,
    detail: 'A detail.',
    code,
    ...extra,
  };
  return json({ retryable: false, request_id: 'req_1', ...body }, status, {
    'content-type': 'application/problem+json',
    ...headers,
  });
}
