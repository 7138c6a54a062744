import type { GenerationOptions } from '@darkroom/contracts';
import type { GenerationEvent } from './step-times.js';

/** What the bench and the process that generates say to one another; each message has one answer. */
export type ToGeneration =
  | { readonly type: 'open'; readonly modelsFolder: string; readonly threads: number }
  | { readonly type: 'generate'; readonly options: GenerationOptions };

export type FromGeneration = { readonly type: 'opened' } | ({ readonly type: 'generated' } & Watched);

/** What one generation did. */
export interface Watched {
  readonly events: readonly GenerationEvent[];
  readonly unetFile: string;
  /** From noise and prompt to pixels. */
  readonly inferMs: number;
  /** From pixels to the bytes of the picture. */
  readonly postprocessMs: number;
}
