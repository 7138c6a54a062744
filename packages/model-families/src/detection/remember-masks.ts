import type { RegionMask } from '@darkroom/imaging';
import type { Detected } from './detected.js';

/** What the masks of one picture may take together. Those beyond are made anew each time. */
const REMEMBERED_BYTES = 64 * 1024 ** 2;

/**
 * The same detections, whose masks are made once as far as memory for them goes: the result needs each, and the overlay
 * twice.
 */
export function rememberMasks(detected: readonly Detected[], rememberedBytes = REMEMBERED_BYTES): Detected[] {
  let bytesLeft = rememberedBytes;
  return detected.map((one) => {
    const { mask: make } = one;
    if (make === null) return one;
    let remembered: RegionMask | null = null;
    const mask = () => {
      if (remembered !== null) return remembered;
      const made = make();
      if (made.data.length <= bytesLeft) {
        bytesLeft -= made.data.length;
        remembered = made;
      }
      return made;
    };
    return { ...one, mask };
  });
}
