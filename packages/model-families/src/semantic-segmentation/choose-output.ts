import type { ModelManifest } from '@darkroom/contracts';
import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph, inManifest } from '../finding.js';
import type { SemanticSegmentationOptions } from './options.js';

type Layout = 'nchw' | 'nhwc';

/** The output with the logits. */
export interface ChosenOutput {
  readonly spec: TensorSpec;
  readonly layout: Layout;
  /** `null` where the graph leaves it open. */
  readonly classes: number | null;
}

/** What of a manifest tells where the classes are. */
export interface OutputHints {
  readonly labels?: ModelManifest['labels'];
  /** With the layout of the graph's input. */
  readonly preparation: { readonly layout: Layout };
}

type Choice = { readonly chosen: ChosenOutput | null; readonly findings: readonly Finding[] };

/** torchvision's name for the logits, beside `aux` for those of the auxiliary head. */
export const TORCHVISION_OUTPUT = 'out';

const refuse = (finding: Finding): Choice => ({ chosen: null, findings: [finding] });

/**
 * Finds the logits among the graph's outputs: the one the manifest names, else the one called `out`, else the only
 * one with four dimensions.
 */
export function chooseOutput(
  manifest: OutputHints,
  options: SemanticSegmentationOptions,
  outputs: readonly TensorSpec[],
): Choice {
  const all = outputs.map(describeSpec).join('; ');
  const named = outputs.find(({ name }) => name === options.output);
  if (options.output !== undefined && !named) {
    const detail = `the graph has no output ${options.output}; its outputs are ${all}`;
    return refuse(inManifest('#/family_options/output', detail));
  }
  const maps = outputs.filter(({ dims }) => dims.length === 4);
  const spec =
    named ?? maps.find(({ name }) => name === TORCHVISION_OUTPUT) ?? (maps.length === 1 ? maps[0] : null);
  if (!spec && maps.length > 1) {
    const detail = `is missing; several outputs could hold the logits: ${maps.map(describeSpec).join('; ')}. Name one`;
    return refuse(inManifest('#/family_options/output', detail));
  }
  const logits =
    'logits of float32 or float16 and of shape [1, classes, height, width] or [1, height, width, classes]';
  if (!spec) {
    const integers = outputs.some(({ type }) => type === 'int64' || type === 'int32');
    const cause = integers ? '. It seems to end in an ArgMax: export it without' : '';
    return refuse(inGraph('outputs', `expected ${logits}, got ${all}${cause}`));
  }
  if (spec.dims.length !== 4 || (spec.type !== 'float32' && spec.type !== 'float16')) {
    const cause = spec.type.startsWith('int')
      ? '. It seems to hold class ids: export the graph without ArgMax'
      : '';
    return refuse(inGraph(`output ${spec.name}`, `expected ${logits}, got ${describeSpec(spec)}${cause}`));
  }
  const layout = options.output_layout ?? layoutOf(spec, manifest);
  return { chosen: { spec, layout, classes: classesIn(spec, layout) }, findings: [] };
}

function classesIn(spec: TensorSpec, layout: Layout): number | null {
  return spec.dims[layout === 'nchw' ? 1 : 3] ?? null;
}

/**
 * Where the classes are: in the dimension as long as there are labels, else in the only one of a known length, else
 * where the input has its channels.
 */
function layoutOf(spec: TensorSpec, { labels, preparation }: OutputHints): Layout {
  const layouts: readonly Layout[] = ['nchw', 'nhwc'];
  const fits = [
    (layout: Layout) => labels !== undefined && classesIn(spec, layout) === labels.length,
    (layout: Layout) => classesIn(spec, layout) !== null,
  ];
  for (const isFit of fits) {
    const fitting = layouts.filter(isFit);
    if (fitting.length === 1) return fitting[0]!;
  }
  return preparation.layout;
}
