import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer of a service: what is JSON as such, bytes as a file, a list of events as their stream. */
export type ScriptedAnswer =
  | { readonly json: unknown; readonly status?: number; readonly afterMs?: number }
  | { readonly bytes: Buffer }
  | { readonly events: readonly { readonly event: string; readonly data: unknown }[] };

/** A service that answers as it is told, for commands whose real work takes a model that no test has. */
export class ScriptedService {
  /** Calls that came, such as `POST /v1/generation`, with their bodies. */
  readonly calls: { readonly call: string; readonly body: string }[] = [];

  private constructor(readonly server: Server) {}

  /** @param answers by call */
  static async start(answers: Readonly<Record<string, ScriptedAnswer>>): Promise<ScriptedService> {
    const server = createServer();
    const service = new ScriptedService(server);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const call = `${request.method} ${request.url}`;
      service.calls.push({ call, body: Buffer.concat(chunks).toString() });
      const answer = answers[call] ?? { status: 404, json: { title: 'no such call', detail: call } };
      if ('bytes' in answer) return response.end(answer.bytes);
      if ('json' in answer) {
        await sleep(answer.afterMs ?? 0);
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(answer.json));
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const lines = answer.events.map(
        ({ event, data }, id) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
      );
      return response.end(lines.join(''));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves once a call has come. */
  async called(call: string): Promise<void> {
    while (!this.calls.some((one) => one.call === call)) await sleep(20);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
