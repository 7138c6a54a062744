import { describe, expect, it } from 'vitest';
import { readServerSentEvents } from './server-sent-events.js';
import { allOf } from './testing/all-of.js';

/** A body that arrives in the given pieces. */
function bodyOf(...pieces: (string | Uint8Array)[]) {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder();
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
}

async function read(...pieces: (string | Uint8Array)[]) {
  return allOf(readServerSentEvents(bodyOf(...pieces)));
}

describe('the reader of server-sent events', () => {
  it('gives name, data and the last id', async () => {
    expect(await read('id: 7\nevent: status\ndata: {"a":1}\n\ndata: plain\n\n')).toEqual([
      { event: 'status', data: '{"a":1}', id: '7', retryMs: null },
      { event: 'message', data: 'plain', id: '7', retryMs: null },
    ]);
  });

  it('puts several lines of data together and passes over comments and unknown fields', async () => {
    expect(await read(': keep-alive\ndata: one\nwhatever: 1\ndata:two\ndata\nretry: 1500\n\n')).toEqual([
      { event: 'message', data: 'one\ntwo\n', id: '', retryMs: 1500 },
    ]);
  });

  it('reads every kind of line end wherever the pieces are cut', async () => {
    const stream = 'event: é\r\ndata: 1\r\rdata: 2\n\n';
    const bytes = new TextEncoder().encode(stream);
    const whole = await read(bytes);
    expect(whole.map(({ event, data }) => [event, data])).toEqual([
      ['é', '1'],
      ['message', '2'],
    ]);
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(whole);
    }
    expect(await read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('drops what the end of the stream cuts off', async () => {
    expect(await read('data: whole\n\ndata: cut')).toHaveLength(1);
    expect(await read('data: cut\n')).toHaveLength(0);
  });

  it('lets go of the body when its reader stops early', async () => {
    let canceled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('data: again\n\n')),
      cancel: () => {
        canceled = true;
      },
    });
    for await (const { data } of readServerSentEvents(body)) {
      expect(data).toBe('again');
      break;
    }
    expect(canceled).toBe(true);
  });
});
