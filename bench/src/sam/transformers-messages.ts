import type { Place } from './prompt-places.js';

/** What the bench and the process of transformers.js say to one another; each message has one answer. */
export type ToTransformers =
  | {
      readonly type: 'open';
      /** A folder in whose `node_modules` it is. */
      readonly installation: string;
      readonly modelsFolder: string;
      readonly model: string;
      readonly threads: number;
    }
  /** A new picture, as a file's bytes, and the first click on it. */
  | { readonly type: 'click'; readonly picture: Uint8Array; readonly place: Place }
  /** Another click on the last picture, whose embedding was kept. */
  | { readonly type: 'click-again'; readonly place: Place };

export type FromTransformers =
  | { readonly type: 'opened'; readonly version: string }
  | ({ readonly type: 'answered' } & TransformersAnswer);

export interface TransformersAnswer {
  readonly elapsedMs: number;
  /** Of the mask that is thought best. */
  readonly score: number;
  /** A 1 or 0 for each pixel of the picture, row by row. */
  readonly mask: Uint8Array;
}
