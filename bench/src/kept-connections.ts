import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';

export interface PlainRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly contentType?: string;
  readonly body?: Buffer;
}

/**
 * HTTP with as little around it as Node has: what the clients of a bench compute is taken from the service on the same
 * machine. Connections are kept, as every client of a service keeps them.
 */
export class KeptConnections {
  readonly #baseUrl: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** @returns the answer's JSON @throws Error for an answer that is an error */
  async ask<Answer>({ method, path, contentType, body }: PlainRequest): Promise<Answer> {
    const headers = {
      ...(contentType && { 'content-type': contentType }),
      'content-length': body?.length ?? 0,
    };
    const sent = request(this.#baseUrl + path, { agent: this.#agent, method, headers });
    const answered = once(sent, 'response');
    sent.end(body);
    const [response] = await answered;
    const answer = await json(response);
    if (response.statusCode < 400) return answer as Answer;
    throw new Error(`${method} ${path} was answered with ${response.statusCode}: ${JSON.stringify(answer)}`);
  }
}
