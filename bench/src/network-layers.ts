import { floatAttribute, GraphBuilder, intAttribute, intsAttribute } from '@darkroom/onnx-file';
import { randomNumbers } from './random-numbers.js';

const EPSILON = 1e-6;
const SEED = 7;

/** The layers that large networks are made of, with random weights: what a run takes doesn't depend on them. */
export class NetworkLayers {
  readonly graph: GraphBuilder;
  readonly #random = randomNumbers(SEED);

  constructor(inputNames: readonly string[]) {
    this.graph = new GraphBuilder(inputNames);
  }

  /** Random numbers, so large that values neither grow nor vanish from layer to layer. @param fanIn how many each output sums up */
  weights(name: string, dims: readonly number[], fanIn: number): string {
    const length = dims.reduce((product, size) => product * size, 1);
    const largest = Math.sqrt(3 / fanIn);
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = (2 * this.#random() - 1) * largest;
    return this.graph.constant(name, 'float32', dims, data);
  }

  /** `[…, inputs]` to `[…, outputs]`. */
  linear(x: string, inputs: number, outputs: number, name: string): string {
    const multiplied = this.graph.add(
      'MatMul',
      [x, this.weights(`${name}_weight`, [inputs, outputs], inputs)],
      name,
    );
    return this.graph.add('Add', [multiplied, this.weights(`${name}_bias`, [outputs], inputs)], name);
  }

  /** Linear layers with ReLU between them. @param sizes of what goes in, between, and comes out */
  perceptron(x: string, sizes: readonly number[], name: string): string {
    return sizes.slice(1).reduce((input, size, i) => {
      const output = this.linear(input, sizes[i]!, size, name);
      return i === sizes.length - 2 ? output : this.graph.add('Relu', [output], name);
    }, x);
  }

  /** Normalizes the last dimension. */
  norm(x: string, size: number, name: string): string {
    const scale = this.graph.constant(`${name}_scale`, 'float32', [size], new Float32Array(size).fill(1));
    const shift = this.weights(`${name}_shift`, [size], size);
    return this.graph.add('LayerNormalization', [x, scale, shift], name, [
      intAttribute('axis', -1),
      floatAttribute('epsilon', EPSILON),
    ]);
  }

  /** Normalizes the channels of `[batch, channels, height, width]`. */
  channelNorm(x: string, channels: number, name: string): string {
    const last = this.transpose(x, [0, 2, 3, 1], name);
    return this.transpose(this.norm(last, channels, name), [0, 3, 1, 2], name);
  }

  gelu(x: string, name: string): string {
    const { graph } = this;
    const inner = graph.add('Erf', [graph.add('Div', [x, graph.scalar(Math.SQRT2)], name)], name);
    const gate = graph.add('Add', [inner, graph.scalar(1)], name);
    return graph.add('Mul', [graph.add('Mul', [x, gate], name), graph.scalar(0.5)], name);
  }

  transpose(x: string, perm: readonly number[], name: string): string {
    return this.graph.add('Transpose', [x], name, [intsAttribute('perm', perm)]);
  }

  reshape(x: string, shape: readonly number[], name: string): string {
    return this.graph.add('Reshape', [x, this.graph.integers(shape)], name);
  }

  /**
   * Attention with several heads. All are `[batch, tokens, size]`, projected already.
   * @returns `[batch, tokens of the queries, size]`
   */
  attend({ queries, keys, values, size, heads, name }: Attended): string {
    const { graph } = this;
    const ofHeads = (x: string, perm: readonly number[]) =>
      this.transpose(this.reshape(x, [0, -1, heads, size / heads], name), perm, name);
    const scaled = graph.add('Mul', [queries, graph.scalar(Math.sqrt(heads / size))], name);
    const likeness = graph.add('MatMul', [ofHeads(scaled, [0, 2, 1, 3]), ofHeads(keys, [0, 2, 3, 1])], name);
    const shares = graph.add('Softmax', [likeness], name, [intAttribute('axis', -1)]);
    const mixed = graph.add('MatMul', [shares, ofHeads(values, [0, 2, 1, 3])], name);
    return this.reshape(this.transpose(mixed, [0, 2, 1, 3], name), [0, -1, size], name);
  }
}

export interface Attended {
  readonly queries: string;
  readonly keys: string;
  readonly values: string;
  readonly size: number;
  readonly heads: number;
  readonly name: string;
}
