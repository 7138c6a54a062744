import { type CompleteManifest, schemaProblems } from '@darkroom/model-catalog';
import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';
import { checkInput } from '../check-input.js';
import { detectionDefaultsSchema } from '../detection/options.js';
import { type Finding, inGraph, inManifest, problemsFrom } from '../finding.js';
import type { ReadSignature } from '../one-graph-family.js';
import { splitInputs } from './choose-inputs.js';
import { type ChosenOutputs, chooseOutputs } from './choose-outputs.js';
import { type Activation, familyOptions, TRAITS } from './options.js';

/** What the family knows of a graph that fits. */
export interface DetrSignature {
  readonly inputName: string;
  readonly inputType: 'float32' | 'float16';
  /** The input that says where the picture is; `null` where the graph has none. */
  readonly pixelMask: TensorSpec | null;
  /** Whether several pictures can go through in one run. */
  readonly takesBatches: boolean;
  /** `[batch, queries, classes]`, with softmax one more for nothing. */
  readonly logitsOutput: string;
  /** `[batch, queries, 4]`: centre, width and height as shares of the input. */
  readonly boxesOutput: string;
  readonly activation: Activation;
  /** How many pairs of a query and a class count; `null` for as many as there are queries. */
  readonly topK: number | null;
  /** `null` where neither the graph nor labels tell. */
  readonly classes: number | null;
}

/**
 * Whether a graph gives logits and boxes for each query as the manifest describes them.
 * @returns what the family knows of it, or all that doesn't fit
 */
export function readSignature(
  manifest: CompleteManifest,
  graph: GraphSignature,
): ReadSignature<DetrSignature> {
  const findings: Finding[] = schemaProblems(
    detectionDefaultsSchema(TRAITS),
    manifest.defaults,
    '#/defaults',
  ).map(({ pointer, detail }) => inManifest(pointer, detail));
  const { pictures, pixelMask, findings: ofMask } = splitInputs(graph.inputs);
  const input = checkInput(manifest.preparation, pictures);
  const { chosen, findings: ofOutputs } = chooseOutputs(familyOptions(manifest), graph.outputs);
  findings.push(...input.findings, ...ofMask, ...ofOutputs);
  const activation = activationOf(manifest, chosen);
  if (chosen) findings.push(...checkClasses(manifest, chosen, activation));
  if (input.spec && chosen && findings.length === 0) {
    const { logits, boxes } = chosen;
    const batched = [input.spec, logits, boxes, ...(pixelMask ? [pixelMask] : [])];
    return {
      signature: {
        inputName: input.spec.name,
        inputType: input.spec.type as 'float32' | 'float16',
        pixelMask,
        takesBatches: batched.every(({ dims }) => dims[0] === null),
        logitsOutput: logits.name,
        boxesOutput: boxes.name,
        activation,
        topK: familyOptions(manifest).top_k ?? null,
        classes: classesIn(chosen, activation) ?? manifest.labels?.length ?? null,
      },
      problems: [],
    };
  }
  return { signature: null, problems: problemsFrom(findings, manifest.files.graph?.path) };
}

/** With softmax there is a logit more than classes: that nothing is there. */
function activationOf(manifest: CompleteManifest, chosen: ChosenOutputs | null): Activation {
  const { activation } = familyOptions(manifest);
  const hasLogitForEach = manifest.labels !== undefined && chosen?.logits.dims[2] === manifest.labels.length;
  return activation ?? (hasLogitForEach ? 'sigmoid' : 'softmax');
}

function classesIn({ logits }: ChosenOutputs, activation: Activation): number | null {
  const count = logits.dims[2] ?? null;
  return count === null ? null : count - (activation === 'softmax' ? 1 : 0);
}

function checkClasses(manifest: CompleteManifest, chosen: ChosenOutputs, activation: Activation): Finding[] {
  const { labels } = manifest;
  const findings: Finding[] = [];
  const classes = classesIn(chosen, activation);
  const spec = describeSpec(chosen.logits);
  if (classes !== null && classes < 1) {
    const detail = `expected a logit for each class and one for nothing, got ${spec}`;
    findings.push(
      inGraph(`output ${chosen.logits.name}`, `${detail}. Set activation to sigmoid for a single class`),
    );
  } else if (classes !== null && labels && labels.length !== classes) {
    const expected =
      familyOptions(manifest).activation === undefined
        ? `${classes} labels (softmax, the last logit being that nothing is there) or ${classes + 1} (sigmoid)`
        : `${classes} labels (${activation})`;
    findings.push(
      inManifest('#/labels', `expected ${expected} for the output ${spec}, got ${labels.length}`),
    );
  }
  if (activation === 'softmax' && familyOptions(manifest).top_k !== undefined) {
    findings.push(inManifest('#/family_options/top_k', 'has no effect unless activation is sigmoid'));
  }
  return findings;
}
