import type { TensorData, TensorType } from '@darkroom/tensor';
import type { GraphParts } from './graph-parts.js';
import { type Initializer, initializer } from './initializer.js';
import { type Attribute, type Node, node } from './node.js';
import type { ValueInfo } from './value-info.js';

/** Collects the nodes and constants of a graph, and gives names to the values between them. */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #usedNames = new Set<string>();
  readonly #namesByContent = new Map<string, string>();

  /** @param inputNames names of the graph's inputs, which nothing else is then called by */
  constructor(inputNames: readonly string[] = []) {
    for (const name of inputNames) this.#usedNames.add(name);
  }

  /**
   * Adds an operation with one output.
   * @param name what the output is called; a number is put behind it where another value has the name
   * @returns the output's name
   */
  add(
    opType: string,
    inputs: readonly string[],
    name: string,
    attributes: readonly Attribute[] = [],
  ): string {
    const output = this.#unusedName(name);
    this.#nodes.push(node(opType, inputs, [output], attributes));
    return output;
  }

  /** Adds a constant and returns its name. The data is not copied. */
  constant(name: string, type: TensorType, dims: readonly number[], data: TensorData): string {
    const unused = this.#unusedName(name);
    this.#initializers.push(initializer(unused, type, dims, data));
    return unused;
  }

  /** The name of a constant list of whole numbers, such as a shape. Equal lists are one constant. */
  integers(values: readonly number[]): string {
    return this.#shared(`integers_${values.join('_')}`, (name) =>
      this.constant(name, 'int64', [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** The name of a constant number. Equal numbers are one constant. */
  scalar(value: number): string {
    return this.#shared(`scalar_${value}`, (name) =>
      this.constant(name, 'float32', [], Float32Array.of(value)),
    );
  }

  /** The graph of all that was added. */
  graph(name: string, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): GraphParts {
    return { name, inputs, outputs, initializers: this.#initializers, nodes: this.#nodes };
  }

  #shared(content: string, make: (name: string) => string): string {
    const known = this.#namesByContent.get(content);
    if (known !== undefined) return known;
    const made = make(content);
    this.#namesByContent.set(content, made);
    return made;
  }

  #unusedName(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#usedNames.has(name); i++) name = `${wanted}_${i}`;
    this.#usedNames.add(name);
    return name;
  }
}
