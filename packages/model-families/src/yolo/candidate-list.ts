const FIRST_CAPACITY = 256;
/** No more than the best so many are compared with each other: `max_nms` of ultralytics. */
const MOST_COMPARED = 30_000;
/** With a threshold of 0 and a label for each class there are millions: what cannot count is let go on the way. */
const MOST_HELD = 32 * MOST_COMPARED;

/** What reached the score threshold, in arrays that grow: there may be none or a million, and no object for each. */
export class CandidateList {
  #length = 0;
  #boxes = new Float32Array(4 * FIRST_CAPACITY);
  #scores = new Float32Array(FIRST_CAPACITY);
  #classIds = new Int32Array(FIRST_CAPACITY);
  #sources = new Int32Array(FIRST_CAPACITY);

  get length(): number {
    return this.#length;
  }

  /** `[x0, y0, x1, y1]` of each, in pixels of the network's input. */
  get boxes(): Float32Array {
    return this.#boxes.subarray(0, 4 * this.#length);
  }

  get scores(): Float32Array {
    return this.#scores.subarray(0, this.#length);
  }

  get classIds(): Int32Array {
    return this.#classIds.subarray(0, this.#length);
  }

  /** Where in the tensor each comes from. */
  get sources(): Int32Array {
    return this.#sources.subarray(0, this.#length);
  }

  /** Adds a candidate without a box: that comes with {@link placeBox}. */
  add(source: number, classId: number, score: number): void {
    if (this.#length === MOST_HELD) this.keepBest();
    if (this.#length === this.#scores.length) this.#grow();
    this.#scores[this.#length] = score;
    this.#classIds[this.#length] = classId;
    this.#sources[this.#length] = source;
    this.#length++;
  }

  placeBox(index: number, x0: number, y0: number, x1: number, y1: number): void {
    this.#boxes[4 * index] = x0;
    this.#boxes[4 * index + 1] = y0;
    this.#boxes[4 * index + 2] = x1;
    this.#boxes[4 * index + 3] = y1;
  }

  /** Leaves the best, as many as may be compared with each other, in their order; of equal ones the first. */
  keepBest(most = MOST_COMPARED): void {
    if (this.#length <= most) return;
    const cut = this.scores.slice().sort()[this.#length - most]!;
    let roomForEqual = most - this.scores.reduce((above, score) => above + (score > cut ? 1 : 0), 0);
    this.#keep((index) => this.#scores[index]! > cut || (this.#scores[index] === cut && roomForEqual-- > 0));
  }

  /** Leaves those whose box is one of numbers: a network that overflowed gives others. */
  keepFinite(): void {
    const boxes = this.#boxes;
    // With an edge that isn't finite, so is the sum of all.
    this.#keep((index) => {
      const at = 4 * index;
      return Number.isFinite(boxes[at]! + boxes[at + 1]! + boxes[at + 2]! + boxes[at + 3]!);
    });
  }

  #keep(isKept: (index: number) => boolean): void {
    let kept = 0;
    for (let from = 0; from < this.#length; from++) {
      if (!isKept(from)) continue;
      if (kept < from) this.#move(from, kept);
      kept++;
    }
    this.#length = kept;
  }

  #move(from: number, to: number): void {
    this.#scores[to] = this.#scores[from]!;
    this.#classIds[to] = this.#classIds[from]!;
    this.#sources[to] = this.#sources[from]!;
    for (let edge = 0; edge < 4; edge++) this.#boxes[4 * to + edge] = this.#boxes[4 * from + edge]!;
  }

  #grow(): void {
    const capacity = 2 * this.#scores.length;
    this.#boxes = enlarged(this.#boxes, new Float32Array(4 * capacity));
    this.#scores = enlarged(this.#scores, new Float32Array(capacity));
    this.#classIds = enlarged(this.#classIds, new Int32Array(capacity));
    this.#sources = enlarged(this.#sources, new Int32Array(capacity));
  }
}

function enlarged<Numbers extends Float32Array | Int32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
