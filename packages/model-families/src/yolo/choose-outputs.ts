import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph, inManifest } from '../finding.js';
import type { YoloOptions } from './options.js';

/** The outputs that the family reads. */
export interface ChosenOutputs {
  /** `[batch, candidates, values]` or the other way round. */
  readonly detections: TensorSpec;
  /** `[batch, prototypes, height, width]`; `null` where the graph gives none. */
  readonly prototypes: TensorSpec | null;
}

type Choice<Chosen> = { readonly chosen: Chosen; readonly findings: readonly [] } | Refusal;
type Refusal = { readonly chosen: null; readonly findings: readonly Finding[] };

const refuse = (finding: Finding): Refusal => ({ chosen: null, findings: [finding] });

const DETECTIONS_RANK = 3;
const MAP_RANK = 4;
const EXPECTED =
  'one output of float32 or float16 and of three dimensions, [batch, candidates, values] or [batch, values, candidates]';

/**
 * Finds the detections among the graph's outputs, the one that the manifest names or the only one of three dimensions,
 * and likewise the prototypes of masks, which have four.
 */
export function chooseOutputs(
  options: YoloOptions,
  outputs: readonly TensorSpec[],
): { readonly chosen: ChosenOutputs | null; readonly findings: readonly Finding[] } {
  const detections = chooseDetections(options, outputs);
  if (!detections.chosen) return detections;
  const prototypes = choosePrototypes(options, outputs);
  if (prototypes.findings.length > 0) return { chosen: null, findings: prototypes.findings };
  return { chosen: { detections: detections.chosen, prototypes: prototypes.chosen }, findings: [] };
}

function chooseDetections({ output }: YoloOptions, outputs: readonly TensorSpec[]): Choice<TensorSpec> {
  const all = outputs.map(describeSpec).join('; ');
  if (output !== undefined) {
    const named = outputs.find(({ name }) => name === output);
    if (named) return requireDetections(named);
    return refuse(
      inManifest('#/family_options/output', `the graph has no output ${output}; its outputs are ${all}`),
    );
  }
  const fitting = outputs.filter(({ dims }) => dims.length === DETECTIONS_RANK);
  if (fitting.length === 1) return requireDetections(fitting[0]!);
  if (fitting.length > 1) {
    const detail = `is missing; several outputs could hold the detections: ${all}. Name one`;
    return refuse(inManifest('#/family_options/output', detail));
  }
  return refuse(inGraph('outputs', `expected ${EXPECTED}, got ${all}${remedyFor(outputs)}`));
}

function requireDetections(spec: TensorSpec): Choice<TensorSpec> {
  const isFloat = spec.type === 'float32' || spec.type === 'float16';
  const isOneBatch = spec.dims[0] === null || spec.dims[0] === 1;
  if (spec.dims.length === DETECTIONS_RANK && isFloat && isOneBatch) {
    return { chosen: spec, findings: [] };
  }
  const remedy = isOneBatch ? '' : '. Export it with a batch of 1';
  const detail = `expected ${EXPECTED}, got ${describeSpec(spec)}${remedy}`;
  return refuse(inGraph(`output ${spec.name}`, detail));
}

/** What other kinds of graphs seem to be. */
function remedyFor(outputs: readonly TensorSpec[]): string {
  if (outputs.some(({ type }) => type.startsWith('int'))) {
    return '. It seems to give chosen boxes and their classes as outputs of their own: export it without that step';
  }
  if (outputs.length > 0 && outputs.every(({ dims }) => dims.length === MAP_RANK)) {
    return '. It seems to give the values of its heads: set layout to raw-heads and name the anchors in heads, or export it with the decoding';
  }
  if (outputs.length > 0 && outputs.every(({ dims }) => dims.length > MAP_RANK)) {
    return '. It seems to give the values of its heads: export it with the decoding';
  }
  return '';
}

function choosePrototypes(
  { prototypes, masks }: YoloOptions,
  outputs: readonly TensorSpec[],
): { readonly chosen: TensorSpec | null; readonly findings: readonly Finding[] } {
  const maps = outputs.filter(
    ({ dims, type }) => dims.length === MAP_RANK && /^float(16|32)$/.test(type) && dims[1] !== null,
  );
  const all = outputs.map(describeSpec).join('; ');
  if (prototypes !== undefined) {
    const named = maps.find(({ name }) => name === prototypes);
    if (named) return { chosen: named, findings: [] };
    const detail = `the graph has no output ${prototypes} of [batch, prototypes, height, width] with a fixed number of them; its outputs are ${all}`;
    return refuse(inManifest('#/family_options/prototypes', detail));
  }
  if (maps.length === 1) return { chosen: maps[0]!, findings: [] };
  if (masks !== true) return { chosen: null, findings: [] };
  if (maps.length === 0) {
    const detail = `expected false: the graph gives no prototypes, [batch, prototypes, height, width] with a fixed number of them; its outputs are ${all}`;
    return refuse(inManifest('#/family_options/masks', detail));
  }
  const detail = `is missing; several outputs could hold the prototypes: ${all}. Name one`;
  return refuse(inManifest('#/family_options/prototypes', detail));
}
