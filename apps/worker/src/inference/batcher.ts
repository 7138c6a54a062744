import {
  FittingSize,
  isOutOfMemory,
  type MemoryShortage,
  type PipelineArtifact,
  type PipelineSteps,
  type RunMemory,
} from '@darkroom/model-families';

/** One prepared input that waits for its graph run. */
export interface BatchMember<Prepared> {
  readonly prepared: Prepared;
  /** Members with equal keys may share a run; `null` shares with none. */
  readonly key: string | null;
  /** What is known of memory before its run. */
  readonly memoryShortage: MemoryShortage;
  /** Told when its run begins. */
  onStart(): void;
  onStep(done: number, steps: number): void;
  onPreview(artifact: PipelineArtifact, step: number): void;
  /** Told what was done about too little memory, as a sentence, whether the run then succeeds or not. */
  onMemoryShort(detail: string): void;
  /** @throws when nobody wants it any more */
  checkWanted(): void;
}

export interface BatchResult<Inferred> {
  readonly inferred: Inferred;
  /** How many shared the run. */
  readonly batchSize: number;
  readonly inferenceMs: number;
}

interface Waiting<Prepared, Inferred> {
  readonly member: BatchMember<Prepared>;
  readonly sinceMs: number;
  readonly resolve: (result: BatchResult<Inferred>) => void;
  readonly reject: (error: Error) => void;
}

/** Runs a batch of prepared inputs: a pipeline's `infer`. */
export type Infer<Prepared, Inferred> = (
  batch: readonly Prepared[],
  steps: PipelineSteps,
  memory: RunMemory,
) => Promise<readonly Inferred[]>;

/**
 * Runs one batch after the other. What waits when a batch ends makes up the next one: of the oldest and those that
 * may share its run, up to `maxBatch`; for `maxDelayMs` it waits for more. A batch that fails is halved and run
 * again, so that memory which doesn't suffice for all may for some, and nobody fails of another's input. The size
 * that memory sufficed for is remembered.
 */
export class Batcher<Prepared, Inferred> {
  readonly #infer: Infer<Prepared, Inferred>;
  readonly #maxBatch: number;
  readonly #maxDelayMs: number;
  readonly #fitting = new FittingSize();
  #waiting: Waiting<Prepared, Inferred>[] = [];
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    infer: Infer<Prepared, Inferred>,
    limits: { readonly maxBatch: number; readonly maxDelayMs: number },
  ) {
    this.#infer = infer;
    this.#maxBatch = limits.maxBatch;
    this.#maxDelayMs = limits.maxDelayMs;
  }

  add(member: BatchMember<Prepared>): Promise<BatchResult<Inferred>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ member, sinceMs: performance.now(), resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    clearTimeout(this.#timer);
    const [oldest] = this.#waiting;
    if (this.#isRunning || !oldest) return;
    const mostAtOnce = oldest.member.key === null ? 1 : this.#fitting.atMost(this.#maxBatch);
    const batch = this.#waiting
      .filter((one) => one === oldest || (one.member.key !== null && one.member.key === oldest.member.key))
      .slice(0, mostAtOnce);
    const mayWaitMs = oldest.sinceMs + this.#maxDelayMs - performance.now();
    if (batch.length < mostAtOnce && mayWaitMs > 0) {
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
    const startedMs = performance.now();
    try {
      const steps: PipelineSteps = {
        step: (done, total) => this.#step(wanted, done, total),
        preview: (artifact, step) => preview(wanted, artifact, step),
      };
      const prepared = wanted.map(({ member }) => member.prepared);
      const inferred = await this.#infer(prepared, steps, memoryOf(wanted));
      this.#fitting.fits(wanted.length);
      const inferenceMs = performance.now() - startedMs;
      for (const [i, { resolve }] of wanted.entries()) {
        resolve({ inferred: inferred[i]!, batchSize: wanted.length, inferenceMs });
      }
    } catch (error) {
      await this.#afterFailure(wanted, error as Error);
    }
  }

  async #afterFailure(batch: readonly Waiting<Prepared, Inferred>[], error: Error): Promise<void> {
    const [only, ...others] = batch;
    if (others.length === 0) return only?.reject(error);
    const half = Math.ceil(batch.length / 2);
    if (isOutOfMemory(error)) {
      this.#fitting.halve(batch.length);
      warnShort(
        batch,
        `Memory did not suffice for ${batch.length} pictures at once; they were run ${half} at a time instead.`,
      );
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

/** Of a run that is shared, nobody knows whose picture it shows. */
function preview(batch: readonly AnyMember[], artifact: PipelineArtifact, step: number): void {
  if (batch.length === 1) batch[0]!.member.onPreview(artifact, step);
}

type AnyMember = Pick<Waiting<unknown, unknown>, 'member'>;

/** What the members know of memory, and the way to warn them all. */
function memoryOf(batch: readonly AnyMember[]): RunMemory {
  const shortages = batch.map(({ member }) => member.memoryShortage);
  return {
    shortage: Math.max(...shortages) as MemoryShortage,
    warnShort: (detail) => warnShort(batch, detail),
  };
}

function warnShort(batch: readonly AnyMember[], detail: string): void {
  for (const { member } of batch) member.onMemoryShort(detail);
}
