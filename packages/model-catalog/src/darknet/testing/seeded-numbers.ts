/** The same numbers in every language: Numerical Recipes' generator, whose upper 24 bits are exact in float32. */
export class SeededNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  between(low: number, high: number, count: number): Float32Array {
    return Float32Array.from({ length: count }, () => {
      this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
      return low + (high - low) * ((this.#state >>> 8) / 2 ** 24);
    });
  }
}
