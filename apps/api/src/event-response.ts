import type { FastifyReply } from 'fastify';

const COMMENT_EVERY_MS = 15_000;

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

  /** Bytes that the client has not taken yet. */
  get waitingBytes(): number {
    return this.#raw.writableLength;
  }

  send(id: number, { event, data }: { readonly event: string; readonly data: unknown }): void {
    if (!this.#isOver) this.#raw.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    this.#end();
  }
}
