/**
 * Makes a queue for work that takes much memory, such as decoding a picture: the next begins when the last has ended.
 * @returns does the work when it is its turn
 */
export function oneAtATime(): <Outcome>(work: () => Promise<Outcome>) => Promise<Outcome> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}
