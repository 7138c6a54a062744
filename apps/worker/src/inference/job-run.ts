import type { JobStage, Progress } from '@darkroom/contracts';
import { decodeImage, type Pixels } from '@darkroom/imaging';
import type { StageTimings } from '@darkroom/jobs';
import type { MemoryShortage, PipelineInput } from '@darkroom/model-families';
import type { FromInferenceProcess, ToInferenceProcess } from './inference-messages.js';
import type { LoadedModel } from './loaded-model.js';

type Run = Extract<ToInferenceProcess, { type: 'run' }>;
type Done = Extract<FromInferenceProcess, { type: 'done' }>;

/** Where each stage begins within the whole, for a bar that moves sensibly. */
const STAGE_FRACTIONS = { decode: 0.05, prepare: 0.15, inference: 0.25, postprocess: 0.8 } as const;
type Stage = keyof typeof STAGE_FRACTIONS;

/** Nobody wants the run any more. */
export class CanceledError extends Error {
  override readonly name = 'CanceledError';
}

/** Nothing where the job was given no picture. */
interface DecodedPicture {
  readonly pixels: Pixels | null;
  readonly decodeMs: number | null;
}

type Steps = Pick<Progress, 'step' | 'steps'>;
const NO_STEP: Steps = { step: null, steps: null };

/** One job on its way through the stages. Tells of each, and stops between them when nobody wants it any more. */
export class JobRun {
  readonly #message: Run;
  readonly #send: (message: FromInferenceProcess) => void;
  readonly #isCanceled: () => boolean;
  readonly #shortOfMemory: string[] = [];
  /** How far it is, where it has several. */
  #steps: Steps = NO_STEP;

  constructor(message: Run, send: (message: FromInferenceProcess) => void, isCanceled: () => boolean) {
    this.#message = message;
    this.#send = send;
    this.#isCanceled = isCanceled;
  }

  /** What was done about too little memory so far, as sentences. */
  get shortOfMemory(): readonly string[] {
    return this.#shortOfMemory;
  }

  /** @throws ImageRejectedError | CanceledError */
  async decode(maxPixels: number): Promise<DecodedPicture> {
    const { picture } = this.#message;
    if (picture === null) return { pixels: null, decodeMs: null };
    const { value, ms } = await this.#stage('decode', () => decodeImage(picture, { maxPixels }));
    return { pixels: value, decodeMs: ms };
  }

  /** The stages after decoding. @throws what the pipeline fails of, or CanceledError */
  async runOn(
    { device, pipeline, batcher }: LoadedModel,
    { pixels, decodeMs }: DecodedPicture,
  ): Promise<Pick<Done, 'outcome' | 'timings' | 'batchSize' | 'steps' | 'device'>> {
    this.#steps = NO_STEP;
    const input = this.#inputOf(pixels);
    const prepared = await this.#stage('prepare', () => pipeline.prepare(input));
    const { inferred, batchSize, inferenceMs } = await batcher.add({
      prepared: prepared.value,
      key: this.#memoryShortage === 0 ? pipeline.batchKey(prepared.value) : null,
      memoryShortage: this.#memoryShortage,
      onStart: () => this.#report('inference', STAGE_FRACTIONS.inference),
      onStep: (done, steps) => this.#step(done, steps),
      onPreview: (artifact, step) =>
        this.#send({ type: 'preview', runId: this.#message.runId, artifact, step }),
      onMemoryShort: (detail) => this.warnShort(detail),
      checkWanted: () => this.#checkWanted(),
    });
    const { steps } = this.#steps;
    this.#steps = { step: steps, steps };
    const processed = await this.#stage('postprocess', () =>
      pipeline.postprocess(inferred, prepared.value, input),
    );
    this.#checkWanted();
    const timings: StageTimings = {
      decode_ms: decodeMs,
      prepare_ms: prepared.ms,
      inference_ms: toTenths(inferenceMs),
      postprocess_ms: processed.ms,
    };
    return { outcome: processed.value, timings, batchSize, steps, device };
  }

  /** Told at once, so that it is not lost should the process die of what comes next. */
  warnShort(detail: string): void {
    this.#shortOfMemory.push(detail);
    const warning = { code: 'memory_short', detail };
    this.#send({ type: 'warning', runId: this.#message.runId, warning });
  }

  #inputOf(picture: Pixels | null): PipelineInput {
    const { pictureSha256, options, attachments } = this.#message;
    return { picture, ...(pictureSha256 !== null && { pictureSha256 }), options, attachments };
  }

  get #memoryShortage(): MemoryShortage {
    return this.#message.memoryShortage;
  }

  async #stage<Value>(name: Stage, work: () => Promise<Value>): Promise<{ value: Value; ms: number }> {
    this.#checkWanted();
    this.#report(name, STAGE_FRACTIONS[name]);
    // Lets the report leave, and a cancellation in, before work that may block.
    await new Promise((resolve) => setImmediate(resolve));
    const startedMs = performance.now();
    const value = await work();
    return { value, ms: toTenths(performance.now() - startedMs) };
  }

  #step(done: number, steps: number): void {
    const { inference, postprocess } = STAGE_FRACTIONS;
    const fraction = inference + ((postprocess - inference) * done) / steps;
    if (steps > 1) this.#steps = { step: done, steps };
    this.#report('inference', fraction);
  }

  #report(stage: JobStage, fraction: number): void {
    const progress = { stage, fraction, ...this.#steps };
    this.#send({ type: 'progress', runId: this.#message.runId, progress });
  }

  #checkWanted(): void {
    if (this.#isCanceled()) throw new CanceledError();
  }
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
