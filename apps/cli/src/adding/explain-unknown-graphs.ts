import type { CandidateGraph, Family, ModelCandidate } from '@darkroom/model-families';
import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';

const MOST_GRAPHS = 4;

/** Why no family knows a graph, or several together, as far as their inputs and outputs tell. */
export function explainUnknownGraphs(
  { graphs, architecture }: ModelCandidate,
  families: readonly Family[],
): string {
  const named = architecture === null ? '' : ` (config.json names the architecture ${architecture})`;
  const known = `  families ${families.map(({ name, task }) => `${name} (${task})`).join(', ')}`;
  const [graph, ...others] = graphs;
  if (graph && others.length === 0) return [...explainOne(graph, named), known, REMEDY].join('\n');
  const paths = graphs.map(({ path }) => path).join(', ');
  return [
    `expected one model, found ${paths}, which no family of Darkroom knows together${named}. Give the file itself, or a folder with one model`,
    ...graphs.slice(0, MOST_GRAPHS).map(describeGraph),
    known,
  ].join('\n');
}

const REMEDY = '  Name one with --family to be told what keeps the graph from being of it.';

function explainOne({ signature }: CandidateGraph, named: string): string[] {
  const what = whatItSeems(signature);
  return [
    `no family of Darkroom knows this graph${named}${what === null ? '' : `: ${what}`}`,
    `  inputs   ${describeSpecs(signature.inputs)}`,
    `  outputs  ${describeSpecs(signature.outputs)}`,
  ];
}

function describeGraph({ path, signature }: CandidateGraph): string {
  return `  ${path}: ${describeSpecs(signature.inputs)} → ${describeSpecs(signature.outputs)}`;
}

const describeSpecs = (specs: readonly TensorSpec[]) => specs.map(describeSpec).join('; ') || 'none';

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
