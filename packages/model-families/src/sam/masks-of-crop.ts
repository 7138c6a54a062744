import type { Point } from '@darkroom/imaging';
import type { FoundMask } from './found-mask.js';
import type { HeldMasks } from './held-masks.js';
import type { MaskFinder, PointMasks } from './mask-finder.js';

/**
 * Collects the good masks of a crop. Graphs run in a thread of their own, so what one run gave is looked through while
 * the next one goes on.
 */
export class MasksOfCrop {
  readonly #finder: MaskFinder;
  readonly #held: HeldMasks;
  readonly #found: FoundMask[] = [];
  /** What the last run gave, as long as nobody has looked through it. */
  #last: { readonly points: readonly Point[]; readonly masks: PointMasks } | null = null;

  constructor(finder: MaskFinder, held: HeldMasks) {
    this.#finder = finder;
    this.#held = held;
  }

  /** @param running a run that has begun; it has ended when this returns or throws */
  async addRun(points: readonly Point[], running: Promise<PointMasks>): Promise<void> {
    try {
      this.#lookThroughLast();
    } finally {
      await Promise.allSettled([running]);
    }
    this.#last = { points, masks: await running };
  }

  takeAll(): FoundMask[] {
    this.#lookThroughLast();
    return this.#found;
  }

  #lookThroughLast(): void {
    if (this.#last === null) return;
    const { points, masks } = this.#last;
    this.#found.push(...this.#held.add(this.#finder.find(points, masks)));
    // Not before: where memory ran out meanwhile, they are looked through again.
    this.#last = null;
  }
}
