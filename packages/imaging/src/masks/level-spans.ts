/** Stands for a span that may have different levels. */
export const MIXED = 8;

/** Spans from top to bottom, of one level each or {@link MIXED}. Its memory is used for column after column. */
export class LevelSpans {
  count = 0;
  readonly starts: Int32Array;
  /** Where spans end: the first place behind each. */
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;

  constructor(capacity: number) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.kinds = new Uint8Array(capacity);
  }

  clear(): void {
    this.count = 0;
  }

  /** Adds a span behind the others, or makes the last one longer where it is of the same kind and ends there. */
  join(kind: number, start: number, end: number): void {
    const last = this.count - 1;
    if (last >= 0 && this.ends[last] === start && this.kinds[last] === kind) this.ends[last] = end;
    else this.append(kind, start, end);
  }

  /** Adds a span of its own behind the others. */
  append(kind: number, start: number, end: number): void {
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.kinds[this.count++] = kind;
  }
}
