import { DarkroomError } from '@darkroom/contracts';
import { ImageRejectedError } from '@darkroom/imaging';
import { type DeviceChoice, type GraphOptions, parseDevice, type ResolvedDevice } from '@darkroom/inference';
import {
  type ClosableGraph,
  type EmbeddingCache,
  isOutOfMemory,
  LayeredEmbeddingCache,
  MemoryEmbeddingCache,
  type Pipeline,
  type PipelineTools,
} from '@darkroom/model-families';
import { CpuFallback } from './cpu-fallback.js';
import { watchForDeviceLoss } from './device-loss.js';
import type { FromInferenceProcess, ToInferenceProcess } from './inference-messages.js';
import { CanceledError, JobRun } from './job-run.js';
import { type LoadedModel, loadModel } from './loaded-model.js';
import { WorkerEmbeddingCache } from './worker-embedding-cache.js';

type Open = Extract<ToInferenceProcess, { type: 'open' }>;
type Run = Extract<ToInferenceProcess, { type: 'run' }>;

export interface ModelServerParts {
  readonly send: (message: FromInferenceProcess) => void;
  readonly openGraph: (path: string, options: GraphOptions) => Promise<ClosableGraph>;
  readonly resolveDevice: (choice: DeviceChoice) => Promise<ResolvedDevice>;
}

/** The one model of a process. */
interface ServedModel {
  readonly model: LoadedModel;
  /** Where a job goes whose memory the device doesn't have; null where that is not allowed, or is the device. */
  readonly fallback: CpuFallback | null;
  readonly maxPixels: number;
}

/** The inference process's side: opens its one model, then runs whole pipelines with it. */
export class ModelServer {
  readonly #parts: ModelServerParts;
  readonly #canceled = new Set<string>();
  readonly #sharedEmbeddings: WorkerEmbeddingCache;
  #served: ServedModel | undefined;

  constructor(parts: ModelServerParts) {
    this.#parts = parts;
    this.#sharedEmbeddings = new WorkerEmbeddingCache(parts.send);
  }

  async receive(message: ToInferenceProcess): Promise<void> {
    if (message.type === 'open') await this.#open(message);
    else if (message.type === 'cancel') this.#canceled.add(message.runId);
    else if (message.type === 'recalled') this.#sharedEmbeddings.receive(message);
    else await this.#run(message);
  }

  async #open(message: Open): Promise<void> {
    const { send, resolveDevice } = this.#parts;
    try {
      const resolved = await resolveDevice(parseDevice(message.device));
      // The model's on its device and on the CPU alike: what one made of a picture serves the other.
      const tools = { embeddings: this.#openEmbeddings(message) };
      const model = await this.#loadOn(resolved, message, tools);
      const openMs = Math.round(process.uptime() * 1000);
      if (message.warmUp) await warmUp(model.pipeline);
      this.#served = {
        model,
        fallback: this.#fallbackFrom(resolved, message, tools),
        maxPixels: message.maxImagePixels,
      };
      send({
        type: 'opened',
        device: resolved.device,
        deviceReason: resolved.reason,
        memoryBytes: process.memoryUsage.rss(),
        openMs,
      });
    } catch (error) {
      const { message: problem } = error as Error;
      // Trying the device out says it in the words of CUDA.
      const mayPass = isOutOfMemory(error) || /out of memory/i.test(problem);
      send({ type: 'rejected', problems: [problem], mayPass });
    }
  }

  #openEmbeddings({ embeddingCacheBytes, sharesEmbeddings }: Open): EmbeddingCache {
    const own = new MemoryEmbeddingCache(embeddingCacheBytes);
    return sharesEmbeddings ? new LayeredEmbeddingCache(own, this.#sharedEmbeddings) : own;
  }

  #loadOn(resolved: ResolvedDevice, { model, threads }: Open, tools: PipelineTools): Promise<LoadedModel> {
    const { send, openGraph } = this.#parts;
    const options: GraphOptions = { providers: resolved.providers, intraOpThreads: threads };
    const opener = watchForDeviceLoss(
      (path) => openGraph(path, options),
      ({ message }) => send({ type: 'dying', ending: message }),
    );
    return loadModel(model, resolved, opener, tools);
  }

  #fallbackFrom({ device }: ResolvedDevice, message: Open, tools: PipelineTools): CpuFallback | null {
    const { cpu_fallback, idle_seconds } = message.model.manifest.runtime;
    if (device === 'cpu' || !cpu_fallback) return null;
    const open = async () =>
      this.#loadOn(await this.#parts.resolveDevice(parseDevice('cpu')), message, tools);
    return new CpuFallback(open, idle_seconds * 1000);
  }

  async #run(message: Run): Promise<void> {
    const { runId } = message;
    const { send } = this.#parts;
    const run = new JobRun(message, send, () => this.#canceled.has(runId));
    try {
      if (!this.#served) throw new DarkroomError('internal_error', 'The model is not open.');
      const done = await runWhereMemorySuffices(run, this.#served);
      send({ type: 'done', runId, ...done, memoryBytes: process.memoryUsage.rss() });
    } catch (error) {
      if (error instanceof CanceledError) send({ type: 'canceled', runId });
      else send({ type: 'failed', runId, ...explain(error as Error) });
    } finally {
      this.#canceled.delete(runId);
    }
  }
}

/** That memory is short now is no reason to refuse the model: a job finds it short too, and there are ways for that. */
async function warmUp(pipeline: Pipeline): Promise<void> {
  await pipeline.warmUp().catch((error) => {
    if (!isOutOfMemory(error)) throw error;
  });
}

/**
 * Batch and chunks were made smaller already when a run of one job fails of memory; what is left is the CPU.
 * @throws DarkroomError `out_of_memory` that names all that was tried; whatever else the job fails of
 */
async function runWhereMemorySuffices(run: JobRun, { model, fallback, maxPixels }: ServedModel) {
  const picture = await run.decode(maxPixels);
  try {
    return await run.runOn(model, picture);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    if (fallback === null) throw outOfMemory(error as Error, run, whyNotOnCpu(model));
    run.warnShort(`Memory of ${model.device} did not suffice for the job; it was run on the CPU instead.`);
    return await fallback
      .use((onCpu) => run.runOn(onCpu, picture))
      .catch((cpuError: Error) => {
        if (cpuError instanceof CanceledError) throw cpuError;
        throw outOfMemory(error as Error, run, `There it failed too: ${cpuError.message}`);
      });
  }
}

function whyNotOnCpu({ device }: LoadedModel): string {
  return device === 'cpu'
    ? ''
    : 'The CPU was not tried: runtime.cpu_fallback in the model’s manifest allows that.';
}

function outOfMemory(error: Error, run: JobRun, last: string): DarkroomError {
  const what = error instanceof DarkroomError ? error.message : `Memory ran out: ${error.message}.`;
  const detail = [what, ...run.shortOfMemory, last].filter(Boolean).join(' ');
  return new DarkroomError('out_of_memory', detail, { cause: error });
}

function explain(error: Error): Pick<DarkroomError, 'code'> & { detail: string } {
  if (error instanceof DarkroomError) return { code: error.code, detail: error.message };
  if (error instanceof ImageRejectedError) {
    const code = error.reason === 'too_many_pixels' ? 'image_too_many_pixels' : 'unsupported_image';
    return { code, detail: error.message };
  }
  return { code: 'inference_failed', detail: `The pipeline failed: ${error.message}` };
}
