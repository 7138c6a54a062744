/** All that an asynchronous iterable gives (`Array.fromAsync` came with Node 22). */
export async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
