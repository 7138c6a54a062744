import { DarknetError } from './darknet-error.js';
import { LIMITS } from './limits.js';

const BYTES_PER_FLOAT = 4;
const VERSION_BYTES = 12;

/** What stands at the beginning of a `.weights` file. */
export interface WeightsHeader {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  /** Pictures seen in training. */
  readonly seen: bigint;
  readonly byteLength: number;
}

/**
 * Reads the header as Darknet's `load_weights_upto` does: three 32-bit numbers of the version, then how many pictures
 * were seen, in 64 bits from version 0.2 on and in 32 before. Versions of 1000 and more are old ones with a mark.
 * @throws DarknetError when the file is shorter than its header
 */
export function readWeightsHeader(bytes: Uint8Array): WeightsHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [major, minor, revision] =
    bytes.length < VERSION_BYTES
      ? [0, 0, 0]
      : [view.getInt32(0, true), view.getInt32(4, true), view.getInt32(8, true)];
  const isLong = major * 10 + minor >= 2 && major < 1000 && minor < 1000;
  const byteLength = VERSION_BYTES + (isLong ? 8 : 4);
  if (bytes.length < byteLength) {
    throw new DarknetError(
      'weights',
      null,
      `expected a header of ${byteLength} bytes, got a file of ${bytes.length}. Fetch it again`,
    );
  }
  const seen = isLong ? view.getBigUint64(VERSION_BYTES, true) : BigInt(view.getUint32(VERSION_BYTES, true));
  return { major, minor, revision, seen, byteLength };
}

/** The numbers of a `.weights` file, in the order in which the layers want them. */
export class WeightsReader {
  readonly #bytes: Uint8Array;
  #at: number;

  /** @throws DarknetError when the file is too large, or shorter than its header */
  constructor(bytes: Uint8Array) {
    if (bytes.length > LIMITS.weightsFileBytes) {
      throw new DarknetError(
        'weights',
        null,
        `expected at most ${LIMITS.weightsFileBytes} bytes, got ${bytes.length}`,
      );
    }
    this.#bytes = bytes;
    this.#at = readWeightsHeader(bytes).byteLength;
  }

  /**
   * Makes sure that a layer's numbers are all there before anything is made of them.
   * @param layer who wants them, such as `[convolutional] (layer 3) of line 40`
   */
  require(count: number, layer: string): void {
    const needed = count * BYTES_PER_FLOAT;
    const left = this.#bytes.length - this.#at;
    if (needed <= left) return;
    throw new DarknetError(
      'weights',
      null,
      `${layer} needs ${needed} bytes, but only ${left} are left: ${needed - left} are missing. The file is cut off, or of another cfg`,
    );
  }

  /** The next numbers; not copied where they are aligned in memory. Ask {@link require} first. */
  take(count: number): Float32Array {
    const start = this.#at;
    this.#at += count * BYTES_PER_FLOAT;
    const offset = this.#bytes.byteOffset + start;
    if (offset % BYTES_PER_FLOAT === 0) return new Float32Array(this.#bytes.buffer, offset, count);
    return new Float32Array(this.#bytes.slice(start, this.#at).buffer);
  }

  /** @throws DarknetError when there are numbers that no layer wanted */
  finish(): void {
    const left = this.#bytes.length - this.#at;
    if (left === 0) return;
    throw new DarknetError(
      'weights',
      null,
      `${left} bytes remain after the last layer, which has all of its ${this.#at}. The file is of another cfg`,
    );
  }
}
