import type { Box, RegionMask } from '@darkroom/imaging';

/** One thing that a detector found in a picture. */
export interface Detected {
  readonly classId: number;
  /** 0 to 1. */
  readonly score: number;
  /** In pixels of the picture; it need not be clipped. */
  readonly box: Box;
  /** Makes the mask, anew at each call: those of a whole job may not fit memory together. `null` without masks. */
  readonly mask: (() => RegionMask) | null;
}
