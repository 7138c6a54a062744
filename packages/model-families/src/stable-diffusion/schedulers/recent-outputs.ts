/** The last few outputs of a network, as copies in buffers of their own. */
export class RecentOutputs {
  readonly #buffers: readonly Float32Array[];
  #pushed = 0;

  constructor(capacity: number, length: number) {
    this.#buffers = Array.from({ length: capacity }, () => new Float32Array(length));
  }

  /** How many there are. */
  get count(): number {
    return Math.min(this.#pushed, this.#buffers.length);
  }

  /** The oldest is forgotten for it where there is no more room. */
  push(output: Float32Array): void {
    this.#buffers[this.#pushed % this.#buffers.length]!.set(output);
    this.#pushed++;
  }

  /** @param age 0 is the last one pushed */
  at(age: number): Float32Array {
    return this.#buffers[(this.#pushed - 1 - age) % this.#buffers.length]!;
  }
}
