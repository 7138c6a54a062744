/** A way of exporting: how the inputs and outputs are called, and what they hold. */
export type SamExport = 'meta' | 'transformers' | 'sam2';

export interface SamGraphOptions {
  readonly exported: SamExport;
  /** Of the encoder's square input, in pixels. Default 128; divisible by 2. */
  readonly side?: number;
}

export const DEFAULT_SIDE = 128;
/** Pixels of the input, in each direction, that are one cell of embedding and masks. */
export const PIXELS_PER_CELL = 2;
