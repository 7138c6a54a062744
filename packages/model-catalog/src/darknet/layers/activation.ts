import { floatAttribute, type GraphBuilder } from '@darkroom/onnx-file';
import type { SectionKeys } from '../section-keys.js';

type AddActivation = (graph: GraphBuilder, value: string, name: string) => string;

/** Darknet's activations as nodes of a graph, by their names in cfg files. */
const ACTIVATIONS: Readonly<Record<string, AddActivation>> = {
  linear: (_, value) => value,
  leaky: (graph, value, name) => graph.add('LeakyRelu', [value], name, [floatAttribute('alpha', 0.1)]),
  relu: (graph, value, name) => graph.add('Relu', [value], name),
  logistic: (graph, value, name) => graph.add('Sigmoid', [value], name),
  swish: (graph, value, name) =>
    graph.add('Mul', [value, graph.add('Sigmoid', [value], `${name}_sigmoid`)], name),
  mish: (graph, value, name) => {
    const softplus = graph.add('Softplus', [value], `${name}_softplus`);
    return graph.add('Mul', [value, graph.add('Tanh', [softplus], `${name}_tanh`)], name);
  },
};

/**
 * Adds the activation that a section names.
 * @param fallback Darknet's activation for a section without one
 * @returns the activated value
 */
export function addActivation(
  graph: GraphBuilder,
  value: string,
  keys: SectionKeys,
  index: number,
  fallback: 'linear' | 'logistic',
): string {
  const activation = keys.text('activation', fallback);
  const add = Object.hasOwn(ACTIVATIONS, activation) ? ACTIVATIONS[activation] : undefined;
  if (add) return add(graph, value, `${activation}_${index}`);
  throw keys.error(
    `expected one of ${Object.keys(ACTIVATIONS).join(', ')}; ${activation} is not supported`,
    'activation',
  );
}
