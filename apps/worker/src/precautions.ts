import type { Warning } from '@darkroom/contracts';
import type { MemoryShortage } from '@darkroom/model-families';

const CHUNK_SIZES = ['the usual', 'half the usual', 'a quarter of the usual'] as const;

/** How the next attempt at a job is run, after what became of those before; and what its user is to know of that. */
export class Precautions {
  readonly #warnings: Warning[] = [];
  #alone = false;
  #memoryShortage: MemoryShortage = 0;

  /** Whether no other job may be in the process meanwhile. */
  get alone(): boolean {
    return this.#alone;
  }

  get memoryShortage(): MemoryShortage {
    return this.#memoryShortage;
  }

  get warnings(): readonly Warning[] {
    return this.#warnings;
  }

  warn(warning: Warning): void {
    const isKnown = this.#warnings.some(({ detail }) => detail === warning.detail);
    if (!isKnown) this.#warnings.push(warning);
  }

  /** The job was in a process with others when that died: alone, it shows which it dies of. */
  runAlone(): void {
    this.#alone = true;
  }

  /** Its process was killed, likely for want of memory: the next attempt takes less. */
  takeLessMemory(): void {
    this.#alone = true;
    this.#memoryShortage = this.#memoryShortage === 0 ? 1 : 2;
    const chunkSize = CHUNK_SIZES[this.#memoryShortage];
    const detail =
      'The process that ran the job was killed (SIGKILL), as happens when memory runs out. The job was run again ' +
      `alone, with chunks of ${chunkSize} size.`;
    this.warn({ code: 'memory_short', detail });
  }
}
