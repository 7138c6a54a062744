import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DarkroomError, type Progress, type Warning } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { MemoryShortage, PipelineArtifact } from '@darkroom/model-families';
import type { FromInferenceProcess, ToInferenceProcess } from './inference/inference-messages.js';
import type { SharedEmbeddings } from './shared-embeddings.js';

const CHILD_MAIN = fileURLToPath(new URL('./inference/main.js', import.meta.url));

type Opened = Extract<FromInferenceProcess, { type: 'opened' }>;
type Recall = Extract<FromInferenceProcess, { type: 'recall' }>;
type Done = Extract<FromInferenceProcess, { type: 'done' }>;
export type RunResult = Omit<Done, 'type' | 'runId'>;

/**
 * What a death points at: `memory` when it was killed, as the kernel does with who takes the last of it (whom the worker
 * kills isn't called dead); `device` when the process said that its device is lost to it.
 */
export type DeathSign = 'memory' | 'device' | 'unknown';

/** The process died while somebody waited for it. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError';
  /** How it ended, such as `SIGKILL` or `exit code 7`; or the driver's error that it couldn't live on with. */
  readonly ending: string;
  readonly sign: DeathSign;
  /** How many runs were in it: with several, nobody knows whose it died of. */
  readonly runs: number;

  constructor(death: { readonly ending: string; readonly sign: DeathSign; readonly runs: number }) {
    super(`the inference process died (${death.ending})`);
    this.ending = death.ending;
    this.sign = death.sign;
    this.runs = death.runs;
  }
}

/** The worker itself ended the process while somebody waited for it; nobody's job is to blame. */
export class ProcessStoppedError extends Error {
  override readonly name = 'ProcessStoppedError';
}

/** The model could not be opened; each problem names file, field and remedy. */
export class ModelRejectedError extends Error {
  override readonly name = 'ModelRejectedError';
  readonly problems: readonly string[];
  /** Whether it may be opened later as it is: memory was short. */
  readonly mayPass: boolean;

  constructor({ problems, mayPass }: Pick<ModelRejectedError, 'problems' | 'mayPass'>) {
    super(problems.join('; '));
    this.problems = problems;
    this.mayPass = mayPass;
  }
}

/** Nobody wants the run any more. */
export class RunCanceledError extends Error {
  override readonly name = 'RunCanceledError';
}

/** What a run is to do. */
export interface RunRequest {
  /** The compressed picture, as it was uploaded; null for a job without one. */
  readonly picture: Buffer | null;
  readonly pictureSha256: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that options refer to, by a JSON pointer to the option. */
  readonly attachments: Readonly<Record<string, Buffer>>;
  readonly memoryShortage: MemoryShortage;
}

/** Who follows a run. */
export interface RunListener {
  /** Aborted when nobody wants the run any more. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onPreview: (artifact: PipelineArtifact, step: number) => void;
  readonly onWarning: (warning: Warning) => void;
}

interface PendingRun extends Omit<RunListener, 'signal'> {
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
}

/** How an inference process is started. */
export interface InferenceProcessOptions {
  readonly device: string;
  readonly threads: number;
  readonly maxImagePixels: number;
  /** The GPU that the process may see; null: all there are. */
  readonly gpuUuid: string | null;
  /** Memory that embeddings of pictures may take in the process. */
  readonly embeddingCacheBytes: number;
}

/**
 * The worker's hold on one inference process: a child that has one model loaded and runs whole pipelines.
 * Everything that waits for it is rejected with {@link ProcessDiedError} when it dies.
 */
export class InferenceProcess {
  readonly opened: Promise<Opened>;
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #runs = new Map<string, PendingRun>();
  readonly #embeddings: SharedEmbeddings | null;
  #hasEnded = false;
  /** Why it can't live on, in its own words. */
  #dyingOf: string | null = null;
  #stoppedFor: string | null = null;

  /** @param embeddings null where the workers share none */
  constructor(
    model: LoadedManifest,
    options: InferenceProcessOptions,
    { warmUp, embeddings }: { readonly warmUp: boolean; readonly embeddings: SharedEmbeddings | null },
  ) {
    this.#embeddings = embeddings;
    this.#child = fork(CHILD_MAIN, [model.manifest.id], {
      serialization: 'advanced',
      // ONNX Runtime would else report its use to its maker.
      env: {
        ...process.env,
        ORT_DISABLE_TELEMETRY: '1',
        // As nvidia-smi numbers them, which tells the memory of the GPU in use.
        CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
        ...(options.gpuUuid === null ? {} : { CUDA_VISIBLE_DEVICES: options.gpuUuid }),
      },
      // What the child prints on its own account (ONNX Runtime's warnings) goes where the worker's goes.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ended = new Promise((resolve) => {
      const end = (ending: string) => {
        this.#hasEnded = true;
        resolve(ending);
      };
      this.#child.once('exit', (code, signal) => end(this.#dyingOf ?? signal ?? `exit code ${code}`));
      this.#child.once('error', (error) => end(error.message));
    });
    this.opened = this.#open();
    this.#child.on('message', (message) => this.#receive(message as FromInferenceProcess));
    void this.ended.then((ending) => this.#rejectRuns(this.#endError(ending)));
    this.#send({ type: 'open', model, ...options, warmUp, sharesEmbeddings: embeddings !== null });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Runs one job's pipeline.
   *
   * When the signal is aborted the child stops at its next check; what it does in a graph run goes on till then.
   * @throws DarkroomError what the job failed of
   * @throws ProcessDiedError | ProcessStoppedError | RunCanceledError
   */
  run(request: RunRequest, { signal, ...listener }: RunListener): Promise<RunResult> {
    if (signal.aborted) return Promise.reject(new RunCanceledError());
    if (this.#hasEnded) return Promise.reject(this.#endError('before the run'));
    const runId = randomUUID();
    const cancel = () => this.#send({ type: 'cancel', runId });
    return new Promise<RunResult>((resolve, reject) => {
      this.#runs.set(runId, { ...listener, resolve, reject });
      signal.addEventListener('abort', cancel, { once: true });
      this.#send({ type: 'run', runId, ...request });
    }).finally(() => {
      this.#runs.delete(runId);
      signal.removeEventListener('abort', cancel);
    });
  }

  /** SIGKILL: the only thing that stops a run that won't end and gives memory back. */
  async stop(why: string): Promise<void> {
    this.#stoppedFor = why;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #open(): Promise<Opened> {
    const opened = new Promise<Opened>((resolve, reject) => {
      const listen = (message: FromInferenceProcess) => {
        if (message.type === 'opened') resolve(message);
        else if (message.type === 'rejected') reject(new ModelRejectedError(message));
        else return;
        this.#child.off('message', listen);
      };
      this.#child.on('message', listen);
      void this.ended.then((ending) => reject(this.#endError(ending)));
    });
    // Whoever waits for it hears of the failure; nobody waiting is no reason to end the worker.
    opened.catch(() => {});
    return opened;
  }

  #receive(message: FromInferenceProcess): void {
    if (message.type === 'dying') this.#end(message.ending);
    if (message.type === 'recall') void this.#answerRecall(message);
    if (message.type === 'keep') this.#embeddings?.keep(message.key, Buffer.from(message.bytes));
    if (!('runId' in message)) return;
    const run = this.#runs.get(message.runId);
    if (!run) return;
    if (message.type === 'progress') run.onProgress(message.progress);
    else if (message.type === 'preview') run.onPreview(message.artifact, message.step);
    else if (message.type === 'warning') run.onWarning(message.warning);
    else if (message.type === 'done') run.resolve(message);
    else if (message.type === 'canceled') run.reject(new RunCanceledError());
    else run.reject(new DarkroomError(message.code, message.detail));
  }

  async #answerRecall({ recallId, key }: Recall): Promise<void> {
    const bytes = (await this.#embeddings?.recall(key)) ?? null;
    this.#send({ type: 'recalled', recallId, bytes });
  }

  /** Ended from here, so that its reason is heard of before its end. */
  #end(ending: string): void {
    this.#dyingOf = ending;
    this.#child.kill('SIGKILL');
  }

  #endError(ending: string): Error {
    if (this.#stoppedFor !== null) return new ProcessStoppedError(this.#stoppedFor);
    const sign = this.#dyingOf !== null ? 'device' : ending === 'SIGKILL' ? 'memory' : 'unknown';
    return new ProcessDiedError({ ending, sign, runs: this.#runs.size });
  }

  #rejectRuns(error: Error): void {
    for (const run of this.#runs.values()) run.reject(error);
    this.#runs.clear();
  }

  #send(message: ToInferenceProcess): void {
    // A child that died between two messages is dealt with where its end is heard of.
    this.#child.send(message, () => {});
  }
}
