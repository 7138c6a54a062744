import { DarkroomError, type Warning } from '@darkroom/contracts';
import type { PipelineSteps } from '@darkroom/model-families';

/** One prepared input that waits for its graph run. */
export interface BatchMember<Prepared> {
  readonly prepared: Prepared;
  /** Members with equal keys may share a run. */
  readonly key: string;
  /** Told when its run begins. */
  onStart(): void;
  onStep(done: number, steps: number): void;
  /** @throws when nobody wants it any more */
  checkWanted(): void;
}

export interface BatchResult<Inferred> {
  readonly inferred: Inferred;
  /** How many shared the run. */
  readonly batchSize: number;
  readonly inferenceMs: number;
  readonly warnings: readonly Warning[];
}

interface Waiting<Prepared, Inferred> {
  readonly member: BatchMember<Prepared>;
  readonly sinceMs: number;
  readonly warnings: Warning[];
  readonly resolve: (result: BatchResult<Inferred>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Runs one batch after the other. What waits when a batch ends makes up the next one: of the oldest and those that
 * may share its run, up to `maxBatch`; for `maxDelayMs` it waits for more. A batch that fails is halved and run
 * again, so that memory which doesn't suffice for all may for some, and nobody fails of another's input.
 */
export class Batcher<Prepared, Inferred> {
  readonly #infer: (batch: readonly Prepared[], steps: PipelineSteps) => Promise<readonly Inferred[]>;
  readonly #maxBatch: number;
  readonly #maxDelayMs: number;
  #waiting: Waiting<Prepared, Inferred>[] = [];
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    infer: (batch: readonly Prepared[], steps: PipelineSteps) => Promise<readonly Inferred[]>,
    limits: { readonly maxBatch: number; readonly maxDelayMs: number },
  ) {
    this.#infer = infer;
    this.#maxBatch = limits.maxBatch;
    this.#maxDelayMs = limits.maxDelayMs;
  }

  add(member: BatchMember<Prepared>): Promise<BatchResult<Inferred>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ member, sinceMs: performance.now(), warnings: [], resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    clearTimeout(this.#timer);
    const [oldest] = this.#waiting;
    if (this.#isRunning || !oldest) return;
    const batch = this.#waiting
      .filter(({ member }) => member.key === oldest.member.key)
      .slice(0, this.#maxBatch);
    const mayWaitMs = oldest.sinceMs + this.#maxDelayMs - performance.now();
    if (batch.length < this.#maxBatch && mayWaitMs > 0) {
      this.#timer = setTimeout(() => this.#next(), mayWaitMs);
      return;
    }
    this.#waiting = this.#waiting.filter((one) => !batch.includes(one));
    this.#isRunning = true;
    void this.#run(batch).finally(() => {
      this.#isRunning = false;
      this.#next();
    });
  }

  async #run(batch: readonly Waiting<Prepared, Inferred>[]): Promise<void> {
    const wanted = batch.filter((one) => this.#isWanted(one));
    if (wanted.length === 0) return;
    for (const { member } of wanted) member.onStart();
    // What was just told must have left this process before a graph run blocks it.
    await new Promise((resolve) => setImmediate(resolve));
    const startedMs = performance.now();
    try {
      const steps = { step: (done: number, total: number) => this.#step(wanted, done, total) };
      const inferred = await this.#infer(
        wanted.map(({ member }) => member.prepared),
        steps,
      );
      const inferenceMs = performance.now() - startedMs;
      for (const [i, { resolve, warnings }] of wanted.entries()) {
        resolve({ inferred: inferred[i]!, batchSize: wanted.length, inferenceMs, warnings });
      }
    } catch (error) {
      await this.#afterFailure(wanted, error as Error);
    }
  }

  async #afterFailure(batch: readonly Waiting<Prepared, Inferred>[], error: Error): Promise<void> {
    const [only, ...others] = batch;
    if (others.length === 0) return only?.reject(error);
    const half = Math.ceil(batch.length / 2);
    if (error instanceof DarkroomError && error.code === 'out_of_memory') {
      const detail = `Memory did not suffice for ${batch.length} pictures at once; they were run ${half} at a time.`;
      for (const { warnings } of batch) warnings.push({ code: 'memory_short', detail });
    }
    await this.#run(batch.slice(0, half));
    await this.#run(batch.slice(half));
  }

  #isWanted({ member, reject }: Waiting<Prepared, Inferred>): boolean {
    try {
      member.checkWanted();
      return true;
    } catch (error) {
      reject(error as Error);
      return false;
    }
  }

  /** A batch goes on as long as anybody wants it. */
  #step(batch: readonly Waiting<Prepared, Inferred>[], done: number, total: number): void {
    let unwanted = 0;
    let reason: unknown;
    for (const { member } of batch) {
      try {
        member.checkWanted();
        member.onStep(done, total);
      } catch (error) {
        reason = error;
        unwanted++;
      }
    }
    if (unwanted === batch.length) throw reason;
  }
}
