import { type Attribute, graphAttribute, node } from '../onnx/model-bytes.js';

/**
 * The body of an ONNX Loop that multiplies a square matrix by another in each pass. Of ones and of elements that are one
 * over the edge, the product is ones again.
 *
 * @param averaging name of the second matrix, a value of the graph around the loop
 * @param edge rows and columns of both
 */
export function multiplyingLoopBody(averaging: string, edge: number): Attribute {
  return graphAttribute('body', {
    name: 'multiply',
    inputs: [
      { name: 'iteration', type: 'int64', dims: [] },
      { name: 'go_on_in', type: 'bool', dims: [] },
      { name: 'factor', type: 'float32', dims: [edge, edge] },
    ],
    outputs: [
      { name: 'go_on_out', type: 'bool', dims: [] },
      { name: 'factor_out', type: 'float32', dims: [edge, edge] },
    ],
    initializers: [],
    nodes: [
      node('Identity', ['go_on_in'], ['go_on_out']),
      node('MatMul', ['factor', averaging], ['factor_out']),
    ],
  });
}
