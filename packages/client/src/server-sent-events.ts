export interface ServerSentEvent {
  /** The event's name; `message` where the stream gives none. */
  readonly event: string;
  readonly data: string;
  /** The last id the stream has named so far. */
  readonly id: string;
  /** The time to wait before reconnecting, where the stream has set one. */
  readonly retryMs: number | null;
}

/** Reads a `text/event-stream` body, as the HTML standard has it. An event cut off by the end is dropped. */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  let id = '';
  let retryMs: number | null = null;
  let event = '';
  let data: string[] = [];
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id, retryMs };
      event = '';
      data = [];
      continue;
    }
    const { field, value } = parseLine(line);
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retryMs = Number(value);
  }
}

/** `field: value`; one space after the colon belongs to it. A line that starts with a colon is a comment. */
function parseLine(line: string): { field: string; value: string } {
  const colon = line.indexOf(':');
  if (colon === -1) return { field: line, value: '' };
  const value = line.slice(colon + 1);
  return { field: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value };
}

/** Lines end with LF, CRLF or CR. The decoder takes off a byte order mark. */
async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      // A CR at the end of a chunk may be half of a CRLF: it waits for the next chunk.
      const complete = done ? rest.length : rest.endsWith('\r') ? rest.length - 1 : rest.length;
      const lines = rest.slice(0, complete).split(/\r\n|\n|\r/);
      rest = lines.pop()! + rest.slice(complete);
      yield* lines;
      if (done) return;
    }
  } finally {
    // The consumer may stop in the middle; the connection must not stay open then.
    await reader.cancel().catch(() => {});
  }
}
