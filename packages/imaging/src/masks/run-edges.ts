const FIRST_CAPACITY = 1024;

/** Collects the edges of runs, rising, and makes one of runs that touch. Its memory is used for mask after mask. */
export class RunEdges {
  #edges = new Uint32Array(FIRST_CAPACITY);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  /** @param start not before the end of the last run; @param end behind `start` */
  add(start: number, end: number): void {
    if (this.#length > 0 && this.#edges[this.#length - 1] === start) {
      this.#edges[this.#length - 1] = end;
      return;
    }
    if (this.#length === this.#edges.length) this.#grow();
    this.#edges[this.#length++] = start;
    this.#edges[this.#length++] = end;
  }

  /** How many positions are in the runs. */
  covered(): number {
    let sum = 0;
    for (let i = 0; i < this.#length; i += 2) sum += this.#edges[i + 1]! - this.#edges[i]!;
    return sum;
  }

  toArray(): Uint32Array {
    return this.#edges.slice(0, this.#length);
  }

  #grow(): void {
    const larger = new Uint32Array(this.#edges.length * 2);
    larger.set(this.#edges);
    this.#edges = larger;
  }
}
