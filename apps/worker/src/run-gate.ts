/** Lets go of a place. */
export type Leave = () => void;

interface Waiting {
  readonly alone: boolean;
  readonly enter: (leave: Leave) => void;
}

/**
 * Lets runs into a process: together, or one alone while no other is in. First come, first served, so that one
 * that must be alone is not kept waiting for ever.
 */
export class RunGate {
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #hasLoner = false;

  /** @returns when the place is taken; to be let go of when the run is over */
  enter({ alone }: { readonly alone: boolean }): Promise<Leave> {
    return new Promise((enter) => {
      this.#waiting.push({ alone, enter });
      this.#letIn();
    });
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next && this.#mayEnter(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inside++;
      this.#hasLoner = next.alone;
      next.enter(() => this.#leave());
    }
  }

  #mayEnter({ alone }: Waiting): boolean {
    return this.#inside === 0 || (!alone && !this.#hasLoner);
  }

  #leave(): void {
    this.#inside--;
    if (this.#inside === 0) this.#hasLoner = false;
    this.#letIn();
  }
}
