import type { CompletePreparation } from '@darkroom/model-catalog';
import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph, inManifest } from './finding.js';

const BATCH_RANK = 4;

export interface InputLeniency {
  /** Three dimensions are as good, a picture without a batch around it. */
  readonly withoutBatch?: boolean;
  /** With `shortest-edge`, width and height may cut off parts of a picture. */
  readonly cropped?: boolean;
}

/** Whether the graph takes one picture, prepared as the manifest says. */
export function checkInput(
  preparation: CompletePreparation,
  inputs: readonly TensorSpec[],
  { withoutBatch = false, cropped = false }: InputLeniency = {},
): { spec: TensorSpec | null; findings: readonly Finding[] } {
  const [spec, ...others] = inputs;
  if (!spec || others.length > 0) {
    const detail = `expected one input, the picture, got ${inputs.length}: ${inputs.map(describeSpec).join('; ')}`;
    return {
      spec: null,
      findings: [inGraph('inputs', `${detail}. Export the graph with the picture alone`)],
    };
  }
  const field = `input ${spec.name}`;
  if (spec.type !== 'float32' && spec.type !== 'float16') {
    const detail = `expected float32 or float16, got ${describeSpec(spec)}. Export it for normalized pixels`;
    return { spec: null, findings: [inGraph(field, detail)] };
  }
  const rank = spec.dims.length;
  if (rank !== BATCH_RANK && !(withoutBatch && rank === BATCH_RANK - 1)) {
    const detail = `expected four dimensions, a batch of pictures, got ${describeSpec(spec)}`;
    return { spec: null, findings: [inGraph(field, detail)] };
  }
  const findings = checkChannels(preparation, spec);
  // In another layout other dimensions are the sizes.
  if (findings.length === 0) findings.push(...checkSize(preparation, spec, cropped));
  if (rank === BATCH_RANK && spec.dims[0] !== null && spec.dims[0] !== 1) {
    const detail = `expected a batch of 1 or of any size, got ${describeSpec(spec)}. Export it with a batch of 1`;
    findings.push(inGraph(field, detail));
  }
  return { spec, findings };
}

function checkChannels({ layout }: CompletePreparation, spec: TensorSpec): Finding[] {
  const channelsIn = { nchw: spec.dims.at(-3), nhwc: spec.dims.at(-1) };
  if (channelsIn[layout] === 3) return [];
  const other = layout === 'nchw' ? 'nhwc' : 'nchw';
  if (channelsIn[layout] === null && channelsIn[other] !== 3) return [];
  if (channelsIn[other] === 3) {
    const detail = `expected ${other}, the layout of the graph’s input ${describeSpec(spec)}, got ${layout}`;
    return [inManifest('#/preparation/layout', detail)];
  }
  const detail = `expected 3 channels, got ${channelsIn[layout]} in ${describeSpec(spec)}. Only RGB and BGR are fed`;
  return [inGraph(`input ${spec.name}`, detail)];
}

function checkSize(preparation: CompletePreparation, spec: TensorSpec, isCropped: boolean): Finding[] {
  const { resize, layout, width, height } = preparation;
  const [inputHeight, inputWidth] = layout === 'nchw' ? spec.dims.slice(-2) : spec.dims.slice(-3, -1);
  const fixed = { width: inputWidth ?? null, height: inputHeight ?? null };
  const isCut = isCropped && resize === 'shortest-edge' && width !== undefined;
  if (!isCut && (resize === 'shortest-edge' || resize === 'none')) {
    return checkFreeSize(preparation, fixed, spec);
  }
  const given = { width, height };
  return (['width', 'height'] as const).flatMap((side) => {
    if (fixed[side] === null || fixed[side] === given[side]) return [];
    const detail = `expected ${fixed[side]}, the size of the graph’s input ${describeSpec(spec)}, got ${given[side]}`;
    return [inManifest(`#/preparation/${side}`, detail)];
  });
}

/** With `shortest-edge` and `none` the input's size follows the picture, so the graph must take any. */
function checkFreeSize(
  { resize, width, height }: CompletePreparation,
  fixed: { width: number | null; height: number | null },
  spec: TensorSpec,
): Finding[] {
  if (fixed.width !== null || fixed.height !== null) {
    const detail =
      `expected stretch or letterbox, since the size of the graph’s input ${describeSpec(spec)} is fixed, ` +
      `got ${resize}`;
    return [inManifest('#/preparation/resize', detail)];
  }
  if (width === undefined && height === undefined) return [];
  const detail =
    'would cut off parts of the picture, which the network then never saw; remove width and height';
  return [inManifest('#/preparation/width', detail)];
}
