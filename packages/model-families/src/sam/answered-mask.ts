import type { Box, MaskRuns, Point, Size } from '@darkroom/imaging';

/** Logits of a mask as the decoder gave them, in half precision. */
export interface MaskLogits extends Size {
  readonly bits: Uint16Array;
}

/** A mask that answers a request. All coordinates are in pixels of the picture. */
export interface AnsweredMask {
  readonly mask: MaskRuns;
  readonly area: number;
  /** All 0 for a mask without a pixel. */
  readonly box: Box;
  readonly predictedIou: number;
  readonly stabilityScore: number;
  /** Which prompt it answers; `null` where everything was looked for. */
  readonly promptIndex: number | null;
  /** The point that led to it where everything was looked for. */
  readonly point: Point | null;
  /** Kept of the first masks where a later prompt may refine them. */
  readonly logits: MaskLogits | null;
}
