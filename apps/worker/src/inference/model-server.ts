import { DarkroomError, type JobStage, type Progress } from '@darkroom/contracts';
import { decodeImage, ImageRejectedError } from '@darkroom/imaging';
import { openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import type { StageTimings } from '@darkroom/jobs';
import { openModel, type Pipeline } from '@darkroom/model-families';
import { Batcher } from './batcher.js';
import type { FromInferenceProcess, ToInferenceProcess } from './inference-messages.js';

type Open = Extract<ToInferenceProcess, { type: 'open' }>;
type Run = Extract<ToInferenceProcess, { type: 'run' }>;
type Done = Extract<FromInferenceProcess, { type: 'done' }>;

/** Where each stage begins within the whole, for a bar that moves sensibly. */
const STAGE_FRACTIONS = { decode: 0.05, prepare: 0.15, inference: 0.25, postprocess: 0.8 } as const;
type Stage = keyof typeof STAGE_FRACTIONS;

class CanceledError extends Error {
  override readonly name = 'CanceledError';
}

/** The inference process's side: opens its one model, then runs whole pipelines with it. */
export class ModelServer {
  readonly #send: (message: FromInferenceProcess) => void;
  readonly #canceled = new Set<string>();
  #pipeline: Pipeline | undefined;
  /** Graph runs go one after the other; decoding and preparing of the next jobs goes on beside them. */
  #batcher: Batcher<unknown, unknown> | undefined;
  #maxPixels = 0;

  constructor(send: (message: FromInferenceProcess) => void) {
    this.#send = send;
  }

  async receive(message: ToInferenceProcess): Promise<void> {
    if (message.type === 'open') await this.#open(message);
    else if (message.type === 'cancel') this.#canceled.add(message.runId);
    else await this.#run(message);
  }

  async #open({ model, device, threads, maxImagePixels, warmUp }: Open): Promise<void> {
    try {
      const resolved = await resolveDevice(parseDevice(device));
      const graphOptions = { providers: resolved.providers, intraOpThreads: threads };
      const { pipeline } = await openModel(model, (path) => openGraph(path, graphOptions));
      const openMs = Math.round(process.uptime() * 1000);
      if (warmUp) await pipeline.warmUp();
      this.#pipeline = pipeline;
      const { max_batch, max_delay_ms } = model.manifest.batching;
      this.#batcher = new Batcher((batch, steps) => pipeline.infer(batch, steps), {
        maxBatch: pipeline.takesBatches ? max_batch : 1,
        maxDelayMs: pipeline.takesBatches ? max_delay_ms : 0,
      });
      this.#maxPixels = maxImagePixels;
      this.#send({
        type: 'opened',
        device: resolved.device,
        deviceReason: resolved.reason,
        memoryBytes: process.memoryUsage.rss(),
        openMs,
      });
    } catch (error) {
      this.#send({ type: 'rejected', problems: [(error as Error).message] });
    }
  }

  async #run({ runId, picture, options }: Run): Promise<void> {
    try {
      if (!this.#pipeline || !this.#batcher)
        throw new DarkroomError('internal_error', 'The model is not open.');
      const done = await this.#runStages(this.#pipeline, this.#batcher, { runId, picture, options });
      this.#send({ type: 'done', runId, ...done, memoryBytes: process.memoryUsage.rss() });
    } catch (error) {
      if (error instanceof CanceledError) this.#send({ type: 'canceled', runId });
      else this.#send({ type: 'failed', runId, ...explain(error as Error) });
    } finally {
      this.#canceled.delete(runId);
    }
  }

  async #runStages(
    pipeline: Pipeline,
    batcher: Batcher<unknown, unknown>,
    { runId, picture, options }: Omit<Run, 'type'>,
  ): Promise<Pick<Done, 'outcome' | 'timings' | 'batchSize'>> {
    const decoded = await this.#stage(runId, 'decode', () =>
      decodeImage(picture, { maxPixels: this.#maxPixels }),
    );
    const input = { picture: decoded.value, options };
    const prepared = await this.#stage(runId, 'prepare', () => pipeline.prepare(input));
    const { inferred, batchSize, inferenceMs, warnings } = await batcher.add({
      prepared: prepared.value,
      key: pipeline.batchKey(prepared.value),
      onStart: () => this.#report(runId, 'inference', STAGE_FRACTIONS.inference),
      onStep: (done, steps) => this.#step(runId, done, steps),
      checkWanted: () => this.#checkWanted(runId),
    });
    const processed = await this.#stage(runId, 'postprocess', () =>
      pipeline.postprocess(inferred, prepared.value, input),
    );
    this.#checkWanted(runId);
    const timings: StageTimings = {
      decode_ms: decoded.ms,
      prepare_ms: prepared.ms,
      inference_ms: toTenths(inferenceMs),
      postprocess_ms: processed.ms,
    };
    const outcome = { ...processed.value, warnings: [...warnings, ...processed.value.warnings] };
    return { outcome, timings, batchSize };
  }

  async #stage<Value>(
    runId: string,
    name: Stage,
    work: () => Promise<Value>,
  ): Promise<{ value: Value; ms: number }> {
    this.#checkWanted(runId);
    this.#report(runId, name, STAGE_FRACTIONS[name]);
    // Lets the report leave, and a cancellation in, before work that may block.
    await new Promise((resolve) => setImmediate(resolve));
    const startedMs = performance.now();
    const value = await work();
    return { value, ms: toTenths(performance.now() - startedMs) };
  }

  #step(runId: string, done: number, steps: number): void {
    const { inference, postprocess } = STAGE_FRACTIONS;
    const fraction = inference + ((postprocess - inference) * done) / steps;
    this.#report(runId, 'inference', fraction, { step: done, steps });
  }

  #report(runId: string, stage: JobStage, fraction: number, steps?: Pick<Progress, 'step' | 'steps'>): void {
    this.#send({ type: 'progress', runId, progress: { stage, fraction, step: null, steps: null, ...steps } });
  }

  #checkWanted(runId: string): void {
    if (this.#canceled.has(runId)) throw new CanceledError();
  }
}

function explain(error: Error): Pick<DarkroomError, 'code'> & { detail: string } {
  if (error instanceof DarkroomError) return { code: error.code, detail: error.message };
  if (error instanceof ImageRejectedError) {
    const code = error.reason === 'too_many_pixels' ? 'image_too_many_pixels' : 'unsupported_image';
    return { code, detail: error.message };
  }
  return { code: 'inference_failed', detail: `The pipeline failed: ${error.message}` };
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
