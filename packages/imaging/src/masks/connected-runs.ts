import { forEachColumnRun } from './mask-runs.js';

/** Runs of a mask, each within one column, and which of them hang together by edges or corners of pixels. */
export interface ConnectedRuns {
  readonly count: number;
  readonly x: Uint32Array;
  /** First row of each run, and the row behind its last. */
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** The number of each run's part; the runs of a part have the same. */
  readonly part: Uint32Array;
}

/** Finds the connected parts of a mask, with eight neighbours for a pixel, without looking at a single pixel. */
export function connectRuns(edges: Uint32Array, pictureHeight: number): ConnectedRuns {
  const runs = splitByColumn(edges, pictureHeight);
  const parts = new DisjointSets(runs.count);
  let columnStart = 0;
  let before = 0;
  for (let run = 0; run < runs.count; run++) {
    if (run > 0 && runs.x[run] !== runs.x[run - 1]) {
      before = columnStart;
      columnStart = run;
    }
    const isNextColumn = columnStart > 0 && runs.x[run] === runs.x[columnStart - 1]! + 1;
    if (!isNextColumn) continue;
    while (before < columnStart && runs.end[before]! < runs.start[run]!) before++;
    for (let other = before; other < columnStart && runs.start[other]! <= runs.end[run]!; other++) {
      parts.join(run, other);
    }
  }
  return { ...runs, part: parts.toArray() };
}

function splitByColumn(edges: Uint32Array, pictureHeight: number): Omit<ConnectedRuns, 'part'> {
  let count = 0;
  forEachColumnRun(edges, pictureHeight, () => {
    count++;
  });
  const x = new Uint32Array(count);
  const start = new Uint32Array(count);
  const end = new Uint32Array(count);
  let run = 0;
  forEachColumnRun(edges, pictureHeight, (column, from, to) => {
    x[run] = column;
    start[run] = from;
    end[run++] = to;
  });
  return { count, x, start, end };
}

/** Numbers that are joined to sets; a set is known by its lowest. */
class DisjointSets {
  readonly #parent: Uint32Array;

  constructor(size: number) {
    this.#parent = Uint32Array.from({ length: size }, (_, i) => i);
  }

  join(a: number, b: number): void {
    const rootOfA = this.#rootOf(a);
    const rootOfB = this.#rootOf(b);
    this.#parent[Math.max(rootOfA, rootOfB)] = Math.min(rootOfA, rootOfB);
  }

  /** @returns the lowest of each number's set */
  toArray(): Uint32Array {
    return this.#parent.map((_, i) => this.#rootOf(i));
  }

  #rootOf(number: number): number {
    const parent = this.#parent;
    let root = number;
    while (parent[root] !== root) {
      // Halves the way for who comes after.
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  }
}
