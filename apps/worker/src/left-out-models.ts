import type { Logger } from '@darkroom/service-kit';

/** Why a model can't be served. */
export interface ModelFault {
  /** File, field and remedy of each. */
  readonly problems: readonly string[];
  /** Whether it may be gone later: memory was short, say. What is wrong with a manifest or a graph stays wrong. */
  readonly mayPass: boolean;
}

/** When a fault that may pass is looked at again, each after the one before; the last is repeated. */
const RECHECK_AFTER_MS = [60_000, 2 * 60_000, 5 * 60_000, 15 * 60_000];

/** The model folders that a worker leaves out, and why. Those whose fault may pass are checked again from time to time. */
export class LeftOutModels {
  readonly #problems = new Map<string, readonly string[]>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #logger: Logger;
  readonly #onChange: () => void;
  readonly #recheckAfterMs: readonly number[];
  /** Checks go one after the other: each takes as much memory as its model. */
  #lastCheck: Promise<void> = Promise.resolve();
  #isStopped = false;

  /** @param options.onChange called when a model is no longer left out, or for another reason */
  constructor(options: {
    readonly logger: Logger;
    readonly onChange: () => void;
    readonly recheckAfterMs?: readonly number[];
  }) {
    this.#logger = options.logger;
    this.#onChange = options.onChange;
    this.#recheckAfterMs = options.recheckAfterMs ?? RECHECK_AFTER_MS;
  }

  get list(): { folder: string; problems: string[] }[] {
    return [...this.#problems].map(([folder, problems]) => ({ folder, problems: [...problems] }));
  }

  /** @param check looks again, and has the model served where nothing is wrong any more */
  add(folder: string, fault: ModelFault, check?: () => Promise<ModelFault | null>): void {
    this.#note(folder, fault, check, 0);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #note(
    folder: string,
    { problems, mayPass }: ModelFault,
    check: (() => Promise<ModelFault | null>) | undefined,
    rechecks: number,
  ): void {
    this.#problems.set(folder, problems);
    if (!mayPass || !check) {
      this.#logger.error({ folder, problems }, 'model left out');
      return;
    }
    const recheckMs = this.#recheckAfterMs[Math.min(rechecks, this.#recheckAfterMs.length - 1)]!;
    this.#logger.error({ folder, problems, recheckMs }, 'model left out for now');
    const recheck = async () => {
      if (this.#isStopped) return;
      const fault = await check();
      if (this.#isStopped) return;
      if (fault === null) this.#problems.delete(folder);
      else this.#note(folder, fault, check, rechecks + 1);
      this.#onChange();
    };
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#lastCheck = this.#lastCheck.then(recheck);
    }, recheckMs);
    this.#timers.add(timer.unref());
  }
}
