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

/** A folder as it is left out. */
interface LeftOut {
  readonly problems: readonly string[];
  /** Until it is looked at again; null where that is not to be. */
  recheck: NodeJS.Timeout | null;
}

/** The model folders that a worker leaves out, and why. Those whose fault may pass are checked again from time to time. */
export class LeftOutModels {
  readonly #entries = new Map<string, LeftOut>();
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
    return [...this.#entries].map(([folder, { problems }]) => ({ folder, problems: [...problems] }));
  }

  /** @param check looks again, and has the model served where nothing is wrong any more */
  add(folder: string, fault: ModelFault, check?: () => Promise<ModelFault | null>): void {
    this.#note(folder, fault, check, 0);
  }

  /** Forgets about a folder: it is gone, or another one now. */
  remove(folder: string): void {
    clearTimeout(this.#entries.get(folder)?.recheck ?? undefined);
    this.#entries.delete(folder);
  }

  stop(): void {
    this.#isStopped = true;
    for (const { recheck } of this.#entries.values()) clearTimeout(recheck ?? undefined);
  }

  #note(
    folder: string,
    { problems, mayPass }: ModelFault,
    check: (() => Promise<ModelFault | null>) | undefined,
    rechecks: number,
  ): void {
    const entry: LeftOut = { problems, recheck: null };
    this.remove(folder);
    this.#entries.set(folder, entry);
    if (!mayPass || !check) {
      this.#logger.error({ folder, problems }, 'model left out');
      return;
    }
    const recheckMs = this.#recheckAfterMs[Math.min(rechecks, this.#recheckAfterMs.length - 1)]!;
    this.#logger.error({ folder, problems, recheckMs }, 'model left out for now');
    const isOver = () => this.#isStopped || this.#entries.get(folder) !== entry;
    const recheck = async () => {
      if (isOver()) return;
      const fault = await check();
      if (isOver()) return;
      if (fault === null) this.#entries.delete(folder);
      else this.#note(folder, fault, check, rechecks + 1);
      this.#onChange();
    };
    entry.recheck = setTimeout(() => {
      this.#lastCheck = this.#lastCheck.then(recheck);
    }, recheckMs).unref();
  }
}
