import { type CompleteManifest, schemaProblems } from '@darkroom/model-catalog';
import { describeSpec, type GraphSignature, type TensorSpec } from '@darkroom/tensor';
import { checkInput } from '../check-input.js';
import { type Finding, inManifest, problemsFrom } from '../finding.js';
import type { ReadSignature } from '../one-graph-family.js';
import { chooseOutput } from './choose-output.js';
import { DefaultsSchema, type SemanticSegmentationOptions } from './options.js';

/** What the family knows of a graph that fits. */
export interface SegmentationSignature {
  readonly inputName: string;
  readonly inputType: 'float32' | 'float16';
  /** Whether several pictures can go through in one run. */
  readonly takesBatches: boolean;
  readonly outputName: string;
  readonly outputLayout: 'nchw' | 'nhwc';
  readonly classes: number;
}

/**
 * Whether a graph is one of per-pixel class logits that the manifest describes.
 * @returns what the family knows of it, or all that doesn't fit
 */
export function readSignature(
  manifest: CompleteManifest,
  graph: GraphSignature,
): ReadSignature<SegmentationSignature> {
  const options = manifest.family_options as SemanticSegmentationOptions;
  const findings: Finding[] = schemaProblems(DefaultsSchema, manifest.defaults, '#/defaults').map(
    ({ pointer, detail }) => inManifest(pointer, detail),
  );
  const input = checkInput(manifest.preparation, graph.inputs);
  const output = chooseOutput(manifest, options, graph.outputs);
  findings.push(...input.findings, ...output.findings);
  if (output.chosen) findings.push(...checkClasses(manifest, options, output.chosen));
  if (input.spec && output.chosen && findings.length === 0) {
    return {
      signature: {
        inputName: input.spec.name,
        inputType: input.spec.type as 'float32' | 'float16',
        takesBatches: input.spec.dims[0] === null,
        outputName: output.chosen.spec.name,
        outputLayout: output.chosen.layout,
        classes: output.chosen.classes ?? manifest.labels!.length,
      },
      problems: [],
    };
  }
  return { signature: null, problems: problemsFrom(findings, manifest.files.graph?.path) };
}

function checkClasses(
  { labels }: CompleteManifest,
  { background }: SemanticSegmentationOptions,
  { spec, classes }: { spec: TensorSpec; classes: number | null },
): Finding[] {
  const findings: Finding[] = [];
  if (classes === null && !labels) {
    const detail = `is missing; the graph doesn’t say how many classes ${describeSpec(spec)} has, so name them all`;
    findings.push(inManifest('#/labels', detail));
  }
  if (classes !== null && labels && labels.length !== classes) {
    const detail = `expected ${classes} labels, one for each class of the output ${describeSpec(spec)}, got ${labels.length}`;
    findings.push(inManifest('#/labels', `${detail}; name every class, the background too`));
  }
  const known = classes ?? labels?.length;
  if (typeof background === 'number' && known !== undefined && background >= known) {
    const detail = `expected a class id from 0 to ${known - 1}, or null for none, got ${background}`;
    findings.push(inManifest('#/family_options/background', detail));
  }
  return findings;
}
