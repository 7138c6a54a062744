import type { CompleteManifest } from '@darkroom/model-catalog';
import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph, inManifest } from '../finding.js';
import { type RawHead, VALUES_BEFORE_CLASSES } from './decoding.js';
import { familyOptions, type HeadOptions } from './options.js';

type Reading =
  | { readonly heads: readonly RawHead[]; readonly classes: number; readonly findings: readonly [] }
  | { readonly heads: null; readonly classes: null; readonly findings: readonly Finding[] };

/** The heads that the manifest describes, where the graph has them. */
export function readRawHeads(manifest: CompleteManifest, outputs: readonly TensorSpec[]): Reading {
  const { heads } = familyOptions(manifest);
  if (!heads) {
    const detail = 'is missing; layout raw-heads needs the output and the anchors of each head';
    return { heads: null, classes: null, findings: [inManifest('#/family_options/heads', detail)] };
  }
  const read = heads.map((head, index) => readHead(head, index, outputs));
  const findings = read.flatMap(({ finding }) => (finding ? [finding] : []));
  const counts = new Set(read.flatMap(({ classes }) => (classes === null ? [] : [classes])));
  const labels = manifest.labels?.length;
  if (labels !== undefined) counts.add(labels);
  const [classes] = counts;
  if (findings.length === 0 && counts.size !== 1) {
    const found = read.map(({ classes: count }, i) => `${heads[i]!.output}: ${count ?? '?'}`).join(', ');
    const detail = `expected as many as each head has classes (${found}), got ${labels ?? 'none'}`;
    findings.push(
      inManifest('#/labels', `${detail}. Classes are what is left of the channels for each anchor`),
    );
  }
  if (findings.length > 0 || classes === undefined) return { heads: null, classes: null, findings };
  return { heads: heads.map(completeHead), classes, findings: [] };
}

function readHead(
  { output, anchors }: HeadOptions,
  index: number,
  outputs: readonly TensorSpec[],
): { classes: number | null; finding: Finding | null } {
  const spec = outputs.find(({ name }) => name === output);
  if (!spec) {
    const all = outputs.map(describeSpec).join('; ');
    const detail = `the graph has no output ${output}; its outputs are ${all}`;
    return { classes: null, finding: inManifest(`#/family_options/heads/${index}/output`, detail) };
  }
  const channels = spec.dims[1] ?? null;
  const classes = channels === null ? null : channels / anchors.length - VALUES_BEFORE_CLASSES;
  const isFloat = spec.type === 'float32' || spec.type === 'float16';
  const isWhole = classes === null || (Number.isInteger(classes) && classes > 0);
  if (spec.dims.length === 4 && isFloat && isWhole) return { classes, finding: null };
  const detail =
    `expected float32 or float16 of [batch, anchors × (5 + classes), height, width] with ${anchors.length} anchors, ` +
    `got ${describeSpec(spec)}`;
  return { classes: null, finding: inGraph(`output ${output}`, detail) };
}

function completeHead({ output, anchors, scale_x_y = 1, size = 'exponential' }: HeadOptions): RawHead {
  return { output, anchors: anchors as [number, number][], scaleXY: scale_x_y, size };
}
