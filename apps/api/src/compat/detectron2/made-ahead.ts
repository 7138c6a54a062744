/**
 * What `make` gives for each item, in their order. So many are made at a time, also while nobody asks for the next.
 * Of those that are under way when nobody goes on, nothing is heard.
 */
export async function* madeAhead<Item, Made>(
  items: readonly Item[],
  atATime: number,
  make: (item: Item) => Promise<Made>,
): AsyncGenerator<Made> {
  const underWay: Promise<Made>[] = [];
  let begun = 0;
  const beginMore = () => {
    while (underWay.length < atATime && begun < items.length) {
      const made = make(items[begun++]!);
      made.catch(() => {});
      underWay.push(made);
    }
  };
  beginMore();
  while (underWay.length > 0) {
    const made = await underWay.shift()!;
    beginMore();
    yield made;
  }
}
