import type { FastifyReply } from 'fastify';

const COMMENT_EVERY_MS = 15_000;
/** A client that has so much still to read gets only what counts. */
const SLOW_CLIENT_BYTES = 256 * 1024;

/** An answer of server-sent events: begun at once, kept awake by comments, over when the client goes or the api stops. */
export class EventResponse {
  /** When nothing more can or will be sent. */
  readonly over: Promise<void>;
  readonly #raw: FastifyReply['raw'];
  #isOver = false;
  #end: () => void = () => {};

  constructor(reply: FastifyReply, stopping: AbortSignal) {
    reply.hijack();
    this.#raw = reply.raw;
    this.#raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // When the stream ends, at the latest when the api stops, nothing else is to come over its connection.
      connection: 'close',
      'x-accel-buffering': 'no',
    });
    const comments = setInterval(() => this.#raw.write(': still here\n\n'), COMMENT_EVERY_MS);
    this.over = new Promise((resolve) => {
      this.#end = () => {
        if (this.#isOver) return;
        this.#isOver = true;
        clearInterval(comments);
        stopping.removeEventListener('abort', this.#end);
        this.#raw.end();
        resolve();
      };
    });
    this.#raw.on('close', this.#end);
    if (stopping.aborted) this.#end();
    else stopping.addEventListener('abort', this.#end);
    this.#raw.flushHeaders();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the client takes less than it is sent, so that what it can do without should not be sent. */
  get isBehind(): boolean {
    return this.#raw.writableLength > SLOW_CLIENT_BYTES;
  }

  send(id: number, { event, data }: { readonly event: string; readonly data: unknown }): void {
    if (!this.#isOver) this.#raw.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    this.#end();
  }
}
