import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './graph-builder.js';

describe('GraphBuilder', () => {
  it('gives every value a name of its own, also beside the inputs', () => {
    const builder = new GraphBuilder(['input']);
    const names = [
      builder.add('Neg', ['input'], 'input'),
      builder.add('Neg', ['input'], 'layer'),
      builder.add('Neg', ['input'], 'layer'),
      builder.constant('layer', 'float32', [1], Float32Array.of(1)),
    ];
    expect(names).toEqual(['input_2', 'layer', 'layer_2', 'layer_3']);
    const { nodes, initializers } = builder.graph('all', [], []);
    expect(nodes.map(({ output }) => output?.[0])).toEqual(['input_2', 'layer', 'layer_2']);
    expect(initializers.map(({ name }) => name)).toEqual(['layer_3']);
  });

  it('keeps equal lists and numbers once', () => {
    const builder = new GraphBuilder();
    expect(builder.integers([0, -1])).toBe(builder.integers([0, -1]));
    expect(builder.integers([0, 1])).not.toBe(builder.integers([0, -1]));
    expect(builder.scalar(0.5)).toBe(builder.scalar(0.5));
    expect(builder.graph('all', [], []).initializers).toHaveLength(3);
  });
});
