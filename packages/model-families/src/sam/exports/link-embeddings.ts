import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph } from '../../finding.js';
import type { EmbeddingLink } from './export-contract.js';

const EMBEDDING_RANK = 4;

/**
 * Where the decoder's embeddings come from: the encoder's outputs of the same names; a single one from the only output
 * there is.
 */
export function linkEmbeddings(
  encoder: GraphSignature,
  inputs: readonly TensorSpec[],
): { readonly links: readonly EmbeddingLink[]; readonly findings: readonly Finding[] } {
  const maps = encoder.outputs.filter(({ dims }) => dims.length === EMBEDDING_RANK);
  const links: EmbeddingLink[] = [];
  const findings: Finding[] = [];
  for (const input of inputs) {
    const only = inputs.length === 1 && maps.length === 1 ? maps[0] : undefined;
    const output = encoder.outputs.find(({ name }) => name === input.name) ?? only;
    if (output && canHold(input, output)) links.push({ output: output.name, input });
    else {
      const given = output ? describeSpec(output) : encoder.outputs.map(describeSpec).join('; ');
      const detail =
        `expected an output of the encoder that fits ${describeSpec(input)}, got ${given}. ` +
        'Export encoder and decoder of the same network, and keep the names of what goes between them';
      findings.push(inGraph(`input ${input.name}`, detail));
    }
  }
  return { links, findings };
}

function canHold(input: TensorSpec, output: TensorSpec): boolean {
  const isFloat = output.type === 'float32' || output.type === 'float16';
  return (
    isFloat &&
    input.dims.length === output.dims.length &&
    input.dims.every((size, i) => size === null || output.dims[i] === null || size === output.dims[i])
  );
}
