import { DarkroomProblem } from './darkroom-problem.js';
import { DarkroomUnreachable } from './darkroom-unreachable.js';
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.js';

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: RequestInit['body'];
  readonly headers?: RequestInit['headers'];
  readonly signal?: AbortSignal | undefined;
  /** `Prefer: wait=N`: how long the service may hold the answer back until the job has ended. */
  readonly waitSeconds?: number | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Error statuses that are answers here, not errors. */
  readonly accept?: readonly number[];
}

/** Sends requests to one service and turns what goes wrong into errors of this package. */
export class HttpTransport {
  readonly baseUrl: string;
  readonly #fetch: typeof fetch;

  constructor(baseUrl: string, fetchFunction: typeof fetch) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.#fetch = fetchFunction;
  }

  /**
   * @throws DarkroomProblem when the answer is an error
   * @throws DarkroomUnreachable when there is no answer
   */
  async request(path: string, request: HttpRequest = {}): Promise<Response> {
    const headers = new Headers(request.headers ?? {});
    if (request.waitSeconds !== undefined) headers.set('prefer', `wait=${request.waitSeconds}`);
    const response = await this.#sent(request.signal, () =>
      this.#fetch(this.baseUrl + path + queryString(request.query), {
        method: request.method ?? 'GET',
        headers,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      }),
    );
    if (response.ok || request.accept?.includes(response.status)) return response;
    throw await DarkroomProblem.fromResponse(response);
  }

  /** The answer's JSON, which the contract says is an `Answer`. */
  async json<Answer>(path: string, request: HttpRequest = {}): Promise<Answer> {
    const response = await this.request(path, request);
    return this.#sent(request.signal, () => response.json() as Promise<Answer>);
  }

  async bytes(path: string, request: HttpRequest = {}): Promise<Uint8Array> {
    const response = await this.request(path, request);
    return new Uint8Array(await this.#sent(request.signal, () => response.arrayBuffer()));
  }

  /** The server-sent events of an answer, or `null` when it says that there will be none (204). */
  async events(path: string, request: HttpRequest = {}): Promise<AsyncGenerator<ServerSentEvent> | null> {
    const response = await this.request(path, request);
    if (response.status === 204 || response.body === null) return null;
    return this.#readEvents(response.body as ReadableStream<Uint8Array>, request.signal);
  }

  async *#readEvents(
    body: ReadableStream<Uint8Array>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ServerSentEvent> {
    const events = readServerSentEvents(body);
    try {
      for (;;) {
        const { done, value } = await this.#sent(signal, () => events.next());
        if (done) return;
        yield value;
      }
    } finally {
      // The consumer may stop in the middle; the connection must not stay open then.
      await events.return(undefined);
    }
  }

  /** Everything that fetch throws, except when it was told to stop, means that nothing came back. */
  async #sent<Value>(signal: AbortSignal | undefined, send: () => Promise<Value>): Promise<Value> {
    try {
      return await send();
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new DarkroomUnreachable(this.baseUrl, error);
    }
  }
}

function queryString(query: HttpRequest['query'] = {}): string {
  const present = Object.entries(query).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  if (present.length === 0) return '';
  return `?${new URLSearchParams(Object.fromEntries(present.map(([name, value]) => [name, String(value)])))}`;
}
