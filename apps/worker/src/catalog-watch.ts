import type { Catalog } from '@darkroom/model-catalog';

/** Looked at rather than listened to: folders that are mounted from elsewhere don't tell of changes. */
const LOOK_EVERY_MS = 1_500;

export interface CatalogWatchParts {
  /** A text that is another one once anything in the models' folders has changed. */
  readonly fingerprint: () => Promise<string>;
  readonly read: () => Promise<Catalog>;
  readonly follow: (catalog: Catalog) => Promise<void>;
  readonly onError: (error: Error) => void;
  readonly lookEveryMs?: number;
}

/**
 * Sees when the models' folders change and hands the catalog on. A change counts once two looks have found the same:
 * a large file that is being copied changes from look to look.
 */
export class CatalogWatch {
  readonly #parts: CatalogWatchParts;
  /** As it was when the catalog was read last. */
  #known = '';
  #seen = '';
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(parts: CatalogWatchParts) {
    this.#parts = parts;
  }

  /** @param fingerprint as it was before the catalog was read that is followed now */
  start(fingerprint: string): void {
    this.#known = fingerprint;
    this.#seen = fingerprint;
    this.#lookLater();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#look()
        .catch((error: Error) => this.#parts.onError(error))
        .finally(() => this.#lookLater());
    }, this.#parts.lookEveryMs ?? LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const { fingerprint, read, follow, onError } = this.#parts;
    const present = await fingerprint();
    const isSettled = present === this.#seen;
    this.#seen = present;
    if (present === this.#known || !isSettled) return;
    const catalog = await read();
    this.#known = present;
    if (this.#isStopped) return;
    // Not waited for: a model that takes long to check must not keep others from being seen.
    follow(catalog).catch(onError);
  }
}
