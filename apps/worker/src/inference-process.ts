import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DarkroomError, type Progress } from '@darkroom/contracts';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { FromInferenceProcess, ToInferenceProcess } from './inference/inference-messages.js';

const CHILD_MAIN = fileURLToPath(new URL('./inference/main.js', import.meta.url));

type Opened = Extract<FromInferenceProcess, { type: 'opened' }>;
type Done = Extract<FromInferenceProcess, { type: 'done' }>;
export type RunResult = Omit<Done, 'type' | 'runId'>;

/** The process died while somebody waited for it. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError';
  /** How it ended, such as `SIGKILL` or `exit code 7`. */
  readonly ending: string;
  /** How many runs were in it: with several, nobody knows whose it died of. */
  readonly runs: number;

  constructor(ending: string, runs: number) {
    super(`the inference process died (${ending})`);
    this.ending = ending;
    this.runs = runs;
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

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** Nobody wants the run any more. */
export class RunCanceledError extends Error {
  override readonly name = 'RunCanceledError';
}

interface PendingRun {
  readonly onProgress: (progress: Progress) => void;
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
  #hasEnded = false;
  #stoppedFor: string | null = null;

  constructor(model: LoadedManifest, options: InferenceProcessOptions, { warmUp }: { warmUp: boolean }) {
    this.#child = fork(CHILD_MAIN, [model.manifest.id], {
      serialization: 'advanced',
      // ONNX Runtime would else report its use to its maker.
      env: {
        ...process.env,
        ORT_DISABLE_TELEMETRY: '1',
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
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
      this.#child.once('error', (error) => end(error.message));
    });
    this.opened = this.#open();
    this.#child.on('message', (message) => this.#receive(message as FromInferenceProcess));
    void this.ended.then((ending) => this.#rejectRuns(this.#endError(ending)));
    this.#send({ type: 'open', model, ...options, warmUp });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Runs one job's pipeline.
   * @param signal when aborted the child stops at its next check; what it does in a graph run goes on till then
   * @throws DarkroomError what the job failed of
   * @throws ProcessDiedError | ProcessStoppedError | RunCanceledError
   */
  run(
    job: { readonly picture: Buffer; readonly options: Readonly<Record<string, unknown>> },
    { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
  ): Promise<RunResult> {
    if (signal.aborted) return Promise.reject(new RunCanceledError());
    if (this.#hasEnded) return Promise.reject(this.#endError('before the run'));
    const runId = randomUUID();
    const cancel = () => this.#send({ type: 'cancel', runId });
    return new Promise<RunResult>((resolve, reject) => {
      this.#runs.set(runId, { onProgress, resolve, reject });
      signal.addEventListener('abort', cancel, { once: true });
      this.#send({ type: 'run', runId, ...job });
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
        else if (message.type === 'rejected') reject(new ModelRejectedError(message.problems));
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
    if (!('runId' in message)) return;
    const run = this.#runs.get(message.runId);
    if (!run) return;
    if (message.type === 'progress') run.onProgress(message.progress);
    else if (message.type === 'done') run.resolve(message);
    else if (message.type === 'canceled') run.reject(new RunCanceledError());
    else run.reject(new DarkroomError(message.code, message.detail));
  }

  #endError(ending: string): Error {
    return this.#stoppedFor === null
      ? new ProcessDiedError(ending, this.#runs.size)
      : new ProcessStoppedError(this.#stoppedFor);
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
