import { MersenneTwister } from './mersenne-twister.js';
import { makeNormal, NORMAL_BLOCK } from './normal-pairs.js';

/**
 * A random generator that gives what `torch.randn(…, generator=torch.Generator('cpu').manual_seed(seed))` gives in
 * single precision, bit for bit: PyTorch on x86 processors with AVX2, which is every usual one.
 * Draws go on where the last one ended.
 */
export class TorchGenerator {
  readonly #bits: MersenneTwister;
  /** The second number of a pair, for the next draw of few numbers. */
  #kept: number | null = null;

  /** @param seed a whole number; of its bits the lowest 32 count, as in PyTorch */
  constructor(seed: number | bigint) {
    this.#bits = new MersenneTwister(Number(BigInt.asUintN(32, BigInt(seed))));
  }

  /** Fills an array as one `torch.randn` of its size; several draws of parts give other numbers. */
  fillNormal(into: Float32Array): void {
    if (into.length < NORMAL_BLOCK) {
      for (let i = 0; i < into.length; i++) into[i] = this.#nextNormal();
      return;
    }
    this.#fillEven(into);
    const whole = into.length - (into.length % NORMAL_BLOCK);
    for (let offset = 0; offset < whole; offset += NORMAL_BLOCK) makeNormal(into, offset);
    if (whole === into.length) return;
    // The last sixteen are drawn again, whatever became of them before.
    const last = into.subarray(into.length - NORMAL_BLOCK);
    this.#fillEven(last);
    makeNormal(last, 0);
  }

  #fillEven(into: Float32Array): void {
    for (let i = 0; i < into.length; i++) into[i] = (this.#bits.next32() & 0xffffff) * 2 ** -24;
  }

  /** Small tensors are made one number at a time, in double precision. */
  #nextNormal(): number {
    if (this.#kept !== null) {
      const kept = this.#kept;
      this.#kept = null;
      return kept;
    }
    const angle = 2 * Math.PI * this.#nextEven();
    const radius = Math.sqrt(-2 * Math.log1p(-this.#nextEven()));
    this.#kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** 0 to 1 in 53 bits. */
  #nextEven(): number {
    const high = this.#bits.next32() & 0x1fffff;
    return (high * 2 ** 32 + this.#bits.next32()) * 2 ** -53;
  }
}
