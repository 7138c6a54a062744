import { DarkroomError, type JobStage, type Progress } from '@darkroom/contracts';
import { decodeImage, ImageRejectedError } from '@darkroom/imaging';
import { openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import type { StageTimings } from '@darkroom/jobs';
import { openModel, type Pipeline } from '@darkroom/model-families';
import type { FromInferenceProcess, ToInferenceProcess } from './inference-messages.js';

type Open = Extract<ToInferenceProcess, { type: 'open' }>;
type Run = Extract<ToInferenceProcess, { type: 'run' }>;

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
  #maxPixels = 0;
  /** Graph runs go one after the other; decoding and preparing of the next jobs goes on beside them. */
  #lastInference: Promise<unknown> = Promise.resolve();

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
      if (!this.#pipeline) throw new DarkroomError('internal_error', 'The model is not open.');
      const { outcome, timings } = await this.#runStages(this.#pipeline, runId, picture, options);
      const memoryBytes = process.memoryUsage.rss();
      this.#send({ type: 'done', runId, outcome, timings, batchSize: 1, memoryBytes });
    } catch (error) {
      if (error instanceof CanceledError) this.#send({ type: 'canceled', runId });
      else this.#send({ type: 'failed', runId, ...explain(error as Error) });
    } finally {
      this.#canceled.delete(runId);
    }
  }

  async #runStages(pipeline: Pipeline, runId: string, bytes: Buffer, options: Run['options']) {
    const timings: StageTimings = { decode_ms: 0, prepare_ms: 0, inference_ms: 0, postprocess_ms: 0 };
    const stage = async <Value>(name: Stage, work: () => Promise<Value>): Promise<Value> => {
      this.#checkWanted(runId);
      this.#report(runId, name, STAGE_FRACTIONS[name]);
      // Progress must have left this process before a graph run blocks it.
      await new Promise((resolve) => setImmediate(resolve));
      const startedMs = performance.now();
      const value = await work();
      timings[`${name}_ms`] = Math.round((performance.now() - startedMs) * 10) / 10;
      return value;
    };
    const decoded = await stage('decode', () => decodeImage(bytes, { maxPixels: this.#maxPixels }));
    const input = { picture: decoded, options };
    const prepared = await stage('prepare', () => pipeline.prepare(input));
    const [inferred] = await this.#oneAtATime(() =>
      stage('inference', () =>
        pipeline.infer([prepared], { step: (done, steps) => this.#step(runId, done, steps) }),
      ),
    );
    const outcome = await stage('postprocess', () => pipeline.postprocess(inferred, prepared, input));
    this.#checkWanted(runId);
    return { outcome, timings };
  }

  #oneAtATime<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#lastInference.then(work);
    this.#lastInference = turn.catch(() => {});
    return turn;
  }

  #step(runId: string, done: number, steps: number): void {
    this.#checkWanted(runId);
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
