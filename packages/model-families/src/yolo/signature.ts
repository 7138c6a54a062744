import { type CompleteManifest, schemaProblems } from '@darkroom/model-catalog';
import type { GraphSignature, TensorSpec } from '@darkroom/tensor';
import { checkInput } from '../check-input.js';
import { detectionDefaultsSchema } from '../detection/options.js';
import { type Finding, inManifest, problemsFrom } from '../finding.js';
import type { ReadSignature } from '../one-graph-family.js';
import { chooseLayout } from './choose-layout.js';
import { chooseOutputs } from './choose-outputs.js';
import type { Decoding } from './decoding.js';
import { familyOptions, traitsOf } from './options.js';
import { readRawHeads } from './raw-heads.js';

/** What the family knows of a graph that fits. */
export interface YoloSignature {
  readonly inputName: string;
  readonly inputType: 'float32' | 'float16';
  /** Whether several pictures can go through in one run. */
  readonly takesBatches: boolean;
  /** The outputs that are read. */
  readonly outputNames: readonly string[];
  readonly decoding: Decoding;
  /** `null` where neither the graph nor labels tell. */
  readonly classes: number | null;
}

type Reading = {
  readonly decoding: Decoding | null;
  readonly classes: number | null;
  readonly findings: readonly Finding[];
};

/**
 * Whether a graph is one of a YOLO network that the manifest describes.
 * @returns what the family knows of it, or all that doesn't fit
 */
export function readSignature(
  manifest: CompleteManifest,
  graph: GraphSignature,
): ReadSignature<YoloSignature> {
  const findings: Finding[] = schemaProblems(
    detectionDefaultsSchema(traitsOf(manifest)),
    manifest.defaults,
    '#/defaults',
  ).map(({ pointer, detail }) => inManifest(pointer, detail));
  const input = checkInput(manifest.preparation, graph.inputs);
  const { decoding, classes, findings: ofOutputs } = readOutputs(manifest, graph.outputs);
  findings.push(...input.findings, ...uselessOptions(manifest), ...ofOutputs);
  if (input.spec && decoding && findings.length === 0) {
    return {
      signature: {
        inputName: input.spec.name,
        inputType: input.spec.type as 'float32' | 'float16',
        takesBatches: input.spec.dims[0] === null,
        outputNames: outputNamesOf(decoding),
        decoding,
        classes,
      },
      problems: [],
    };
  }
  return { signature: null, problems: problemsFrom(findings, manifest.files.graph?.path) };
}

function readOutputs(manifest: CompleteManifest, outputs: readonly TensorSpec[]): Reading {
  const options = familyOptions(manifest);
  const { layout: layoutName, multi_label, masks, strides } = options;
  const multiLabel = multi_label ?? (layoutName === 'darknet-heads' || layoutName === 'raw-heads');
  if (layoutName === 'raw-heads') {
    const { heads, classes, findings } = readRawHeads(manifest, outputs);
    if (!heads) return { decoding: null, classes: null, findings };
    return { decoding: { kind: 'raw-heads', heads, classes, multiLabel }, classes, findings: [] };
  }
  const { chosen, findings } = chooseOutputs(options, outputs);
  if (!chosen) return { decoding: null, classes: null, findings };
  const { layout, findings: ofLayout } = chooseLayout(manifest, chosen);
  if (!layout) return { decoding: null, classes: null, findings: ofLayout };
  const prototypes = masks === true ? chosen.prototypes!.name : null;
  const output = chosen.detections.name;
  const decoding: Decoding = { kind: 'candidates', output, prototypes, layout, multiLabel, strides };
  return { decoding, classes: layout.classes, findings: ofLayout };
}

function outputNamesOf(decoding: Decoding): string[] {
  if (decoding.kind === 'raw-heads') return decoding.heads.map(({ output }) => output);
  const { output, prototypes } = decoding;
  return prototypes === null ? [output] : [output, prototypes];
}

/** Options that another layout makes use of: given with this one, the manifest means something it doesn't say. */
function uselessOptions(manifest: CompleteManifest): Finding[] {
  const { layout, heads, strides } = familyOptions(manifest);
  const findings: Finding[] = [];
  if (heads !== undefined && layout !== 'raw-heads') {
    findings.push(inManifest('#/family_options/heads', 'has no effect unless layout is raw-heads'));
  }
  if (strides !== undefined && layout !== 'grid') {
    findings.push(inManifest('#/family_options/strides', 'has no effect unless layout is grid'));
  }
  return findings;
}
