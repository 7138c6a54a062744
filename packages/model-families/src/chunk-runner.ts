import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StepCounter } from './family.js';
import { FittingSize } from './fitting-size.js';
import { isOutOfMemory, type RunMemory } from './run-memory.js';

/** One job's run, or one batch's, of many items in chunks. */
export interface ChunkedRun<Item, Result> {
  /** How many to run at once where memory suffices. */
  readonly chunkSize: number;
  /** @returns one result for each item, in their order */
  readonly runChunk: (chunk: readonly Item[]) => Promise<readonly Result[]>;
  /** Told of items done; a pipeline that does more than this gives steps of its own that count on. */
  readonly steps: StepCounter;
  readonly memory: RunMemory;
}

/**
 * Runs many items through a graph some at a time: the prompts of a picture, its crops, the two halves of a guided
 * denoising step. When memory runs out, the chunk is halved and run again, and what was done before it stays done. One runner
 * belongs to one use of a graph in a loaded model, and remembers the size that memory sufficed for.
 */
export class ChunkRunner {
  readonly #what: string;
  readonly #fitting = new FittingSize();

  /** @param what the items' word in the plural, for warnings, such as `prompts` */
  constructor(what: string) {
    this.#what = what;
  }

  /**
   * @returns one result for each item, in their order
   * @throws DarkroomError `out_of_memory` when memory doesn't suffice for one item alone; whatever else a chunk fails of
   */
  async run<Item, Result>(
    items: readonly Item[],
    { chunkSize, runChunk, steps, memory }: ChunkedRun<Item, Result>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    let size = this.#fitting.atMost(Math.max(1, chunkSize >> memory.shortage));
    while (results.length < items.length) {
      // Lets a cancellation in that came while the last chunk blocked the process.
      await nextTurn();
      steps.step(results.length, items.length);
      const chunk = items.slice(results.length, results.length + size);
      try {
        results.push(...expectAll(await runChunk(chunk), chunk));
        this.#fitting.fits(chunk.length);
      } catch (error) {
        if (!isOutOfMemory(error) || chunk.length === 1) throw error;
        size = this.#fitting.halve(chunk.length);
        memory.warnShort(
          `Memory did not suffice for ${chunk.length} ${this.#what} at once; they were run ${size} at a time instead.`,
        );
      }
    }
    steps.step(items.length, items.length);
    return results;
  }
}

function expectAll<Result>(results: readonly Result[], { length }: readonly unknown[]): readonly Result[] {
  if (results.length === length) return results;
  throw new RangeError(`expected ${length} results of a chunk of ${length}, got ${results.length}`);
}
