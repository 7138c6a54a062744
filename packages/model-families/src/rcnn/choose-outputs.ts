import { describeSpec, type TensorSpec } from '@darkroom/tensor';
import { type Finding, inGraph, inManifest } from '../finding.js';
import type { RcnnOptions } from './options.js';

/** The outputs that the family reads. */
export interface ChosenOutputs {
  readonly boxes: TensorSpec;
  readonly classes: TensorSpec;
  readonly scores: TensorSpec;
  /** `null` where the graph gives none. */
  readonly masks: TensorSpec | null;
}

type Part = keyof ChosenOutputs;

const isFloat = ({ type }: TensorSpec) => type === 'float32' || type === 'float16';
const isInteger = ({ type }: TensorSpec) => type === 'int64' || type === 'int32';

interface PartRule {
  /** torchvision's name and Detectron2's. */
  readonly names: readonly [torchvision: string, detectron2: string];
  readonly shape: string;
  fits(spec: TensorSpec): boolean;
}

const RULES: Readonly<Record<Part, PartRule>> = {
  boxes: {
    names: ['boxes', 'pred_boxes'],
    shape: '[N, 4] of float32 or float16',
    fits: (spec) => isFloat(spec) && spec.dims.length === 2 && (spec.dims[1] ?? 4) === 4,
  },
  classes: {
    names: ['labels', 'pred_classes'],
    shape: '[N] of int64 or int32',
    // Detectron2 also gives the size of the picture: two whole numbers.
    fits: (spec) => isInteger(spec) && spec.dims.length === 1 && spec.dims[0] !== 2,
  },
  scores: {
    names: ['scores', 'scores'],
    shape: '[N] of float32 or float16',
    fits: (spec) => isFloat(spec) && spec.dims.length === 1,
  },
  masks: {
    names: ['masks', 'pred_masks'],
    shape: '[N, 1, height, width] or [N, height, width]',
    fits: ({ type, dims }) =>
      type !== 'int64' && ((dims.length === 4 && (dims[1] ?? 1) === 1) || dims.length === 3),
  },
};

/** Whose names the outputs have; `null` for neither. */
export function namedAfter({ boxes, classes }: ChosenOutputs): 'torchvision' | 'detectron2' | null {
  const isNamed = (i: 0 | 1) =>
    boxes.name === RULES.boxes.names[i] && classes.name === RULES.classes.names[i];
  return isNamed(0) ? 'torchvision' : isNamed(1) ? 'detectron2' : null;
}

/**
 * Finds boxes, classes, scores and masks among the graph's outputs: what the manifest names, else what has the name that
 * torchvision or Detectron2 gives it, else the only one of its type and shape.
 */
export function chooseOutputs(
  options: RcnnOptions,
  outputs: readonly TensorSpec[],
): { readonly chosen: ChosenOutputs | null; readonly findings: readonly Finding[] } {
  const boxes = choosePart('boxes', options, outputs);
  const classes = choosePart('classes', options, outputs);
  const scores = choosePart('scores', options, outputs);
  const masks = choosePart('masks', options, outputs);
  const findings = [boxes, classes, scores].flatMap(({ finding }) => (finding ? [finding] : []));
  // Masks that nobody wants need not be found.
  if (options.masks === true && masks.finding) findings.push(masks.finding);
  if (!boxes.spec || !classes.spec || !scores.spec || findings.length > 0) return { chosen: null, findings };
  return {
    chosen: { boxes: boxes.spec, classes: classes.spec, scores: scores.spec, masks: masks.spec },
    findings: [],
  };
}

type Choice =
  | { readonly spec: TensorSpec; readonly finding: null }
  | { readonly spec: null; readonly finding: Finding };

function choosePart(part: Part, options: RcnnOptions, outputs: readonly TensorSpec[]): Choice {
  const { names, shape, fits } = RULES[part];
  const refuse = (finding: Finding): Choice => ({ spec: null, finding });
  const all = outputs.map(describeSpec).join('; ');
  const option = `${part}_output` as const;
  const wanted = options[option];
  if (wanted !== undefined) {
    const spec = outputs.find(({ name }) => name === wanted);
    if (spec && fits(spec)) return { spec, finding: null };
    const cause = spec ? `is ${describeSpec(spec)}` : 'doesn’t exist';
    const detail = `expected an output with the ${part}, ${shape}; ${wanted} ${cause}. The graph’s outputs are ${all}`;
    return refuse(inManifest(`#/family_options/${option}`, detail));
  }
  const fitting = outputs.filter(fits);
  const named = fitting.find(({ name }) => (names as readonly string[]).includes(name));
  const [spec = named, ...others] = named ? [named] : fitting;
  if (spec && others.length === 0) return { spec, finding: null };
  if (spec) {
    const detail = `is missing; several outputs could hold the ${part}: ${fitting.map(describeSpec).join('; ')}. Name one`;
    return refuse(inManifest(`#/family_options/${option}`, detail));
  }
  if (part === 'masks') {
    const detail = `expected false: the graph gives no masks, ${shape}; its outputs are ${all}`;
    return refuse(inManifest('#/family_options/masks', detail));
  }
  const detail = `expected ${part}, ${shape}, one row for each detection, got ${all}${remedyFor(outputs)}`;
  return refuse(inGraph('outputs', detail));
}

/** What other kinds of graphs seem to be. */
function remedyFor(outputs: readonly TensorSpec[]): string {
  const isBatched = outputs.some(({ dims }) => dims.length === 3 && dims[2] === 4);
  return isBatched ? '. Outputs with a batch in front of them are those of the family detr' : '';
}
