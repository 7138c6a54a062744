import { describeSpec, type TensorSpec, type TensorType } from '@darkroom/tensor';
import { type Finding, inGraph } from '../../finding.js';

/** A dimension as it is expected: a fixed size, which may also be left open; one that must be open; or whatever is there. */
export type ExpectedDim = number | 'open' | 'any';

export interface ExpectedSpec {
  readonly types: readonly TensorType[];
  readonly dims: readonly ExpectedDim[];
  /** The dimensions in words: `[prompts, points, 2]`. */
  readonly shape: string;
}

export const FLOATS: readonly TensorType[] = ['float32', 'float16'];

/** Takes inputs, or outputs, of a graph by their names, and notes what doesn't fit. */
export class SpecReader {
  readonly findings: Finding[] = [];
  readonly #kind: 'input' | 'output';
  readonly #specs: readonly TensorSpec[];
  readonly #taken = new Set<string>();

  constructor(kind: 'input' | 'output', specs: readonly TensorSpec[]) {
    this.#kind = kind;
    this.#specs = specs;
  }

  has(name: string): boolean {
    return this.#specs.some((spec) => spec.name === name);
  }

  /** The one of this name; `null`, with a finding, where it is missing or another than expected. */
  take(name: string, expected: ExpectedSpec): TensorSpec | null {
    this.#taken.add(name);
    const spec = this.#specs.find((one) => one.name === name);
    if (spec && isAsExpected(spec, expected)) return spec;
    const { types, shape, dims } = expected;
    const open = dims.includes('open') ? ', with free sizes for what is counted' : '';
    const got = spec ? describeSpec(spec) : `none of this name among ${this.#all()}`;
    this.#find(name, `expected ${types.join(' or ')} of ${shape}${open}; got ${got}`);
    return null;
  }

  /** Notes those that nothing is known about. A graph's outputs need not all be known, its inputs must all be fed. */
  refuseOthers(remedy: string): void {
    for (const spec of this.#specs) {
      if (this.#taken.has(spec.name)) continue;
      this.#find(spec.name, `nothing is known of ${describeSpec(spec)}. ${remedy}`);
    }
  }

  /** Notes something about the one of this name. */
  #find(name: string, detail: string): void {
    this.findings.push(inGraph(`${this.#kind} ${name}`, detail));
  }

  #all(): string {
    return this.#specs.map(describeSpec).join('; ');
  }
}

function isAsExpected({ type, dims }: TensorSpec, expected: ExpectedSpec): boolean {
  return (
    expected.types.includes(type) &&
    dims.length === expected.dims.length &&
    expected.dims.every((size, i) => {
      if (size === 'any') return true;
      return dims[i] === null || dims[i] === size;
    })
  );
}
