import type { CandidateLayout } from './candidate-layout.js';

/** A head whose values the graph gives as they are. */
export interface RawHead {
  readonly output: string;
  /** Width and height of each anchor, in pixels of the network's input. */
  readonly anchors: readonly (readonly [width: number, height: number])[];
  readonly scaleXY: number;
  readonly size: 'exponential' | 'square';
}

/** What a raw head gives for each anchor before the classes: centre x, centre y, width, height, objectness. */
export const VALUES_BEFORE_CLASSES = 5;

/** How a graph's outputs become boxes. */
export type Decoding =
  | {
      readonly kind: 'candidates';
      readonly output: string;
      /** The output with the prototypes of the masks; `null` where masks are not given. */
      readonly prototypes: string | null;
      readonly layout: CandidateLayout;
      readonly multiLabel: boolean;
      /** Those of the manifest. */
      readonly strides: readonly number[] | undefined;
    }
  | {
      readonly kind: 'raw-heads';
      readonly heads: readonly RawHead[];
      readonly classes: number;
      readonly multiLabel: boolean;
    };

/** What of a request the decoding needs. */
export interface Wanted {
  readonly scoreThreshold: number;
  /** Classes to keep; `null` for all. */
  readonly keptClassIds: ReadonlySet<number> | null;
}
