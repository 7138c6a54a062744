import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph, inManifest } from '../finding.js';
import type { DetrOptions } from './options.js';

/** The outputs that the family reads. */
export interface ChosenOutputs {
  /** `[batch, queries, classes]` */
  readonly logits: TensorSpec;
  /** `[batch, queries, 4]` */
  readonly boxes: TensorSpec;
}

type Part = keyof ChosenOutputs;

const SHAPES: Readonly<Record<Part, string>> = {
  logits: '[batch, queries, classes]',
  boxes: '[batch, queries, 4]',
};

/** Names of transformers, of the original DETR, and of RF-DETR. */
const NAMES: Readonly<Record<Part, readonly string[]>> = {
  logits: ['logits', 'pred_logits', 'labels'],
  boxes: ['pred_boxes', 'dets', 'boxes'],
};

const BOX_VALUES = 4;

function fits(part: Part, { type, dims }: TensorSpec): boolean {
  const isFloat = type === 'float32' || type === 'float16';
  return isFloat && dims.length === 3 && (part === 'logits' || (dims[2] ?? BOX_VALUES) === BOX_VALUES);
}

/**
 * Finds logits and boxes among the graph's outputs: what the manifest names, else what has the name that the originals
 * give it, else the boxes as the only ones with four values for each query and the logits as the only others.
 */
export function chooseOutputs(
  options: DetrOptions,
  outputs: readonly TensorSpec[],
): { readonly chosen: ChosenOutputs | null; readonly findings: readonly Finding[] } {
  const boxes = choosePart('boxes', options, outputs, null);
  const logits = choosePart('logits', options, outputs, boxes.spec);
  if (boxes.spec && logits.spec) return { chosen: { boxes: boxes.spec, logits: logits.spec }, findings: [] };
  const findings = [boxes, logits].flatMap(({ finding }) => (finding ? [finding] : []));
  return { chosen: null, findings };
}

type Choice =
  | { readonly spec: TensorSpec; readonly finding: null }
  | { readonly spec: null; readonly finding: Finding };

function choosePart(
  part: Part,
  options: DetrOptions,
  outputs: readonly TensorSpec[],
  taken: TensorSpec | null,
): Choice {
  const refuse = (finding: Finding): Choice => ({ spec: null, finding });
  const all = outputs.map(describeSpec).join('; ');
  const option = `${part}_output` as const;
  const wanted = options[option];
  if (wanted !== undefined) {
    const spec = outputs.find(({ name }) => name === wanted);
    if (spec && fits(part, spec)) return { spec, finding: null };
    const cause = spec ? `is ${describeSpec(spec)}` : 'doesn’t exist';
    const detail = `expected an output with the ${part}, ${SHAPES[part]}; ${wanted} ${cause}. The graph’s outputs are ${all}`;
    return refuse(inManifest(`#/family_options/${option}`, detail));
  }
  const fitting = outputs.filter((spec) => spec !== taken && fits(part, spec));
  const named = fitting.find(({ name }) => NAMES[part].includes(name));
  const [spec = named, ...others] = named ? [named] : fitting;
  if (spec && others.length === 0) return { spec, finding: null };
  if (spec) {
    const detail = `is missing; several outputs could hold the ${part}: ${fitting.map(describeSpec).join('; ')}. Name one`;
    return refuse(inManifest(`#/family_options/${option}`, detail));
  }
  const detail = `expected ${part}, ${SHAPES[part]} of float32 or float16, got ${all}${remedyFor(outputs)}`;
  return refuse(inGraph('outputs', detail));
}

/** What other kinds of graphs seem to be. */
function remedyFor(outputs: readonly TensorSpec[]): string {
  const isDecoded = outputs.some(({ type }) => type === 'int64' || type === 'int32');
  return isDecoded
    ? '. It seems to give labels, boxes and scores that are chosen already: export it without its postprocessor'
    : '';
}
