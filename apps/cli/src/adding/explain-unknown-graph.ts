import type { Family, GraphCandidate } from '@darkroom/model-families';
import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';

/** Why no family knows a graph, as far as its inputs and outputs tell. */
export function explainUnknownGraph(
  { signature, architecture }: GraphCandidate,
  families: readonly Family[],
): string {
  const what = whatItSeems(signature);
  const named = architecture === null ? '' : ` (config.json names the architecture ${architecture})`;
  const known = families.map(({ name, task }) => `${name} (${task})`).join(', ');
  return [
    `no family of Darkroom knows this graph${named}${what === null ? '' : `: ${what}`}`,
    `  inputs   ${signature.inputs.map(describeSpec).join('; ') || 'none'}`,
    `  outputs  ${signature.outputs.map(describeSpec).join('; ') || 'none'}`,
    `  families ${known}`,
    '  Name one with --family to be told what keeps the graph from being of it.',
  ].join('\n');
}

function whatItSeems({ inputs, outputs }: GraphSignature): string | null {
  if (!inputs.some(isPicture)) return 'it takes no picture';
  if (outputs.length > 0 && outputs.every(({ dims }) => dims.length <= 2)) {
    return 'it seems to classify whole pictures or to give features of them, which there is no task for';
  }
  if (inputs.length > 1) return 'it takes more than a picture';
  if (outputs.some(({ dims, type }) => type.startsWith('int') && dims.length >= 3)) {
    return 'it seems to end in an ArgMax: export it without, so that it gives a value for each class';
  }
  if (outputs.some(({ dims }) => dims.length === 4 && dims[1] === 1)) {
    return 'it gives one value for each pixel, such as a depth or a matte, which there is no task for';
  }
  return null;
}

function isPicture({ dims }: TensorSpec): boolean {
  return dims.length >= 3;
}
