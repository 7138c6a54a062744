import type { MemoryBytes } from './memory-bytes.js';

/** Why a model gave its memory back. `asked`: by an operator. `removed`: its folder is gone, or another one now. */
export type UnloadReason = 'idle' | 'evicted' | 'asked' | 'removed' | 'stopping';

/** Why an inference process ended before its time. */
export type RestartCause = 'canceled' | 'run_too_long' | 'died';

/** What happens to a hosted model, for whoever logs or counts it. */
export type ModelEvent = { readonly pid: number | undefined } & (
  | {
      readonly kind: 'loaded';
      /** From the start of its process until its graphs were open. */
      readonly loadMs: number;
      readonly device: string;
      readonly deviceReason: string;
      readonly memory: MemoryBytes;
    }
  | { readonly kind: 'load_failed'; readonly problem: string }
  | { readonly kind: 'unloaded'; readonly reason: UnloadReason }
  | {
      /** Its process is gone; another is loaded at once, or after a death with the next job. */
      readonly kind: 'restarted';
      readonly cause: RestartCause;
      /** How the process ended by itself, such as `SIGKILL` or `exit code 7`; null when the worker ended it. */
      readonly ending: string | null;
    }
);

export type ModelEventListener = (model: string, event: ModelEvent) => void;
