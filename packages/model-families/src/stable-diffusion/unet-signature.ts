import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';
import { FEED_TYPES } from '../feed-tensor.js';
import { type Finding, inGraph, inManifest } from '../finding.js';
import { listOf, type ReadGraph } from '../read-graph.js';

/** The network that denoises. */
export interface UnetSignature {
  readonly inputs: Readonly<Record<UnetInput, TensorSpec | null>>;
  readonly outputName: string;
  readonly latentChannels: number;
  /** Rows and columns of latents; `null` where they are free. */
  readonly latentHeight: number | null;
  readonly latentWidth: number | null;
  /** How many rows each run has; `null` where it is free. */
  readonly rowsPerRun: number | null;
}

export const UNET_INPUTS = [
  'sample',
  'timestep',
  'encoder_hidden_states',
  'timestep_cond',
  'text_embeds',
  'time_ids',
] as const;
export type UnetInput = (typeof UNET_INPUTS)[number];
const NEEDED_INPUTS: readonly UnetInput[] = ['sample', 'timestep', 'encoder_hidden_states'];
/** Of SDXL. */
const PAIR_INPUTS: readonly UnetInput[] = ['text_embeds', 'time_ids'];

const LATENT_RANK = 4;

export function readUnet({ inputs, outputs }: GraphSignature, isPair: boolean): ReadGraph<UnetSignature> {
  const findings = inputFindings(inputs, isPair);
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const sample = byName.get('sample');
  const channels = sample?.dims.length === LATENT_RANK ? sample.dims[1] : null;
  if (sample && !channels) {
    findings.push(
      inGraph(
        'sample',
        `expected [batch, channels, height, width] with so many channels, got ${describeSpec(sample)}`,
      ),
    );
  }
  if (outputs.length !== 1) {
    findings.push(inGraph('outputs', `expected one, what is to be taken off, got ${listOf(outputs)}`));
  }
  if (findings.length > 0 || !sample || !channels) return { findings };
  const known = UNET_INPUTS.map((name) => [name, byName.get(name) ?? null] as const);
  return {
    value: {
      inputs: Object.fromEntries(known) as UnetSignature['inputs'],
      outputName: outputs[0]!.name,
      latentChannels: channels,
      latentHeight: sample.dims[2] ?? null,
      latentWidth: sample.dims[3] ?? null,
      rowsPerRun: sample.dims[0] ?? null,
    },
  };
}

/** @param isPair whether there are two text encoders, of which the second embeds whole texts */
function inputFindings(inputs: readonly TensorSpec[], isPair: boolean): Finding[] {
  const findings: Finding[] = [];
  const has = (wanted: string) => inputs.some(({ name }) => name === wanted);
  const missing = [...NEEDED_INPUTS, ...(isPair ? PAIR_INPUTS : [])].filter((name) => !has(name));
  if (missing.length > 0) {
    const detail = `expected ${missing.join(', ')} among the inputs, got ${listOf(inputs)}`;
    findings.push(inGraph('inputs', detail));
  }
  const strange = inputs.filter(({ name }) => !(UNET_INPUTS as readonly string[]).includes(name));
  if (strange.length > 0) {
    findings.push(
      inGraph('inputs', `expected ${UNET_INPUTS.join(', ')} and no others, got ${listOf(strange)}`),
    );
  }
  const ofPair = PAIR_INPUTS.filter(has);
  if (!isPair && ofPair.length > 0) {
    const detail = `is missing; the network has the inputs ${ofPair.join(' and ')}, which it is needed for`;
    findings.push(inManifest('#/files/text_encoder_2', detail));
  }
  for (const input of inputs) {
    if (FEED_TYPES.includes(input.type)) continue;
    findings.push(inGraph(input.name, `expected ${FEED_TYPES.join(', ')}, got ${describeSpec(input)}`));
  }
  return findings;
}
