import { DarkroomError } from '@darkroom/contracts';
import type { FoundMask } from './found-mask.js';

/** What the masks of one picture may take until those found twice are left out. Some kilobytes each are usual. */
const MAX_MASK_BYTES = 1024 ** 3;

/** Counts what masks take, so that a picture with tens of thousands of them doesn't take the process along. */
export class HeldMasks {
  readonly #maxBytes: number;
  #count = 0;
  #bytes = 0;

  constructor(maxBytes = MAX_MASK_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @returns the same masks
   * @throws DarkroomError `option_not_supported` when they are too many
   */
  add(found: readonly FoundMask[]): readonly FoundMask[] {
    for (const { mask } of found) {
      this.#count++;
      this.#bytes += mask.edges.byteLength;
    }
    if (this.#bytes <= this.#maxBytes) return found;
    throw new DarkroomError(
      'option_not_supported',
      `The first ${this.#count} masks that pass the thresholds take more than ${this.#maxBytes} bytes. Raise pred_iou_thresh or ` +
        'stability_score_thresh, lower points_per_side, or send a smaller picture.',
    );
  }
}
