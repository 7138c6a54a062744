/** One server-sent event of a job. */
export interface ReceivedEvent {
  readonly id: number;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the data of all events, whatever their shape
  readonly data: any;
}

/** The events of a stream as they come. Comments are passed over. */
export async function* readEvents(answer: Response): AsyncGenerator<ReceivedEvent> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) if (!block.startsWith(':')) yield parseEvent(block);
  }
}

/** All events up to the end of the stream. */
export async function readAllEvents(answer: Response): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  for await (const event of readEvents(answer)) events.push(event);
  return events;
}

function parseEvent(block: string): ReceivedEvent {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  return { id: Number(fields.id), event: fields.event!, data: JSON.parse(fields.data!) };
}
