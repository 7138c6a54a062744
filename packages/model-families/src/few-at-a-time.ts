/** More would take memory for their pixels, and hardly be sooner. */
const FEW = 4;

/** What `make` gives for each item, in their order; it is called for a few at a time. */
export async function fewAtATime<Item, Made>(
  items: readonly Item[],
  make: (item: Item, index: number) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = [];
  for (let first = 0; first < items.length; first += FEW) {
    const few = items.slice(first, first + FEW);
    made.push(...(await Promise.all(few.map((item, i) => make(item, first + i)))));
  }
  return made;
}
