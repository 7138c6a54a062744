import { DarkroomError, type Progress } from '@darkroom/contracts';
import type { HostedModel } from './hosted-model.js';
import type { InferenceProcess, RunListener, RunRequest, RunResult } from './inference-process.js';
import { RunPace } from './run-pace.js';

/** A canceled run has so long to come to its next check by itself; then it is looked at again and again. */
const CANCEL_GRACE_MS = 300;

interface Run extends RunRequest, RunListener {
  /** No other run is to be in the process meanwhile. */
  readonly alone: boolean;
}

/** The stages that may take the process for themselves; the time spent waiting for them is not theirs. */
const WATCHED_STAGES = ['inference', 'postprocess'];

/**
 * Runs a job's pipeline on a model's process, loading it where it isn't. Sees to it that a stage which takes longer
 * than the model allows is stopped, and that a canceled run doesn't hold the process for longer than a new process
 * would take to load.
 * @throws DarkroomError what the job failed of
 * @throws ProcessDiedError | ProcessStoppedError | RunCanceledError | ModelRejectedError
 */
export async function runOnModel(
  hosted: HostedModel,
  { signal, onProgress, onPreview, onWarning, alone, ...request }: Run,
): Promise<RunResult> {
  return hosted.use({ alone }, async (process, device) => {
    const watch = new StageWatch(hosted, process);
    const stopWhenCanceled = () => watch.stopIfWorthIt();
    signal.addEventListener('abort', stopWhenCanceled, { once: true });
    try {
      const result = await process.run(request, {
        signal,
        onProgress: (progress) => {
          watch.follow(progress);
          onProgress(progress);
        },
        onPreview,
        onWarning,
      });
      // A run that went to another device says nothing of how long one usually takes.
      if (result.device === device) hosted.rememberRun(result);
      return result;
    } catch (error) {
      throw watch.ranTooLong ? ranTooLong(hosted.maxRunMs) : error;
    } finally {
      signal.removeEventListener('abort', stopWhenCanceled);
      watch.end();
    }
  });
}

/** Knows which stage a run is in, and how far. */
class StageWatch {
  ranTooLong = false;
  readonly #hosted: HostedModel;
  readonly #process: InferenceProcess;
  #stage = '';
  readonly #pace = new RunPace();
  #timer: NodeJS.Timeout | undefined;
  #cancelTimer: NodeJS.Timeout | undefined;

  constructor(hosted: HostedModel, process: InferenceProcess) {
    this.#hosted = hosted;
    this.#process = process;
  }

  follow(progress: Progress): void {
    const { stage } = progress;
    this.#stage = stage;
    this.#pace.follow(progress, performance.now());
    clearTimeout(this.#timer);
    if (!WATCHED_STAGES.includes(stage)) return;
    this.#timer = setTimeout(() => {
      this.ranTooLong = true;
      void this.#hosted.restart(this.#process, 'run_too_long');
    }, this.#hosted.maxRunMs);
  }

  /**
   * After the grace, a run that is still in its graph is killed once what it likely has left is more than loading
   * takes; of one that makes steps, what is left of the present step, since it stops by itself after it. Before its graph
   * it stops by itself too, and the run that holds the process then may be another job's.
   */
  stopIfWorthIt(): void {
    this.#cancelTimer = setInterval(() => {
      if (this.#stage !== 'inference') return;
      const { usualRunMs, loadMs } = this.#hosted;
      if (this.#pace.untilNextCheckMs(performance.now(), usualRunMs) <= loadMs) return;
      clearInterval(this.#cancelTimer);
      void this.#hosted.restart(this.#process, 'canceled');
    }, CANCEL_GRACE_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#cancelTimer);
  }
}

function ranTooLong(maxRunMs: number): DarkroomError {
  return new DarkroomError(
    'inference_failed',
    `The run took longer than ${maxRunMs / 1000} seconds and was stopped. Send a smaller picture, or raise runtime.max_run_seconds in the model's manifest.`,
  );
}
