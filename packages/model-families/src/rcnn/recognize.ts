import type { Preparation } from '@darkroom/contracts';
import { describeSpec } from '@darkroom/tensor';
import type { GraphCandidate, GraphRecognition } from '../recognition.js';
import { chooseOutputs, namedAfter } from './choose-outputs.js';
import type { MaskPasting, RcnnOptions } from './options.js';

/** `INPUT.MIN_SIZE_TEST` and `INPUT.MAX_SIZE_TEST` of Detectron2. */
const DETECTRON2_SHORTEST_EDGE = 800;
const DETECTRON2_LONGEST_EDGE = 1333;

/** Whether a graph gives boxes, classes and scores, one row for each detection, and who exported it. */
export function recognize(candidate: GraphCandidate): GraphRecognition | null {
  const { signature, architecture, labels } = candidate;
  if (signature.inputs.length !== 1 || architecture !== null) return null;
  const { chosen } = chooseOutputs({}, signature.outputs);
  if (!chosen) return null;
  const writer = namedAfter(chosen) ?? (givesPictureSize(candidate) ? 'detectron2' : null);
  const pasting = writer ?? 'torchvision';
  const specs = [chosen.boxes, chosen.classes, chosen.scores, ...(chosen.masks ? [chosen.masks] : [])];
  return {
    sureness: writer === null ? 'possible' : 'likely',
    reason: `outputs ${specs.map(describeSpec).join('; ')} are boxes, classes${chosen.masks ? ', scores and masks' : ' and scores'} of an R-CNN${writer === null ? '' : `, as ${NAMES[writer]} exports it`}`,
    classes: labels?.length ?? null,
    preparation: PREPARATIONS[pasting](candidate),
    familyOptions: {
      ...(chosen.masks && ({ masks: true, mask_pasting: pasting } satisfies RcnnOptions)),
      ...(pasting === 'detectron2' && ({ first_class: 0 } satisfies RcnnOptions)),
    },
  };
}

const NAMES: Readonly<Record<MaskPasting, string>> = { torchvision: 'torchvision', detectron2: 'Detectron2' };

/** The outputs of Detectron2's tracing have no names, but the size of the picture comes with them. */
function givesPictureSize({ signature }: GraphCandidate): boolean {
  return signature.outputs.some(({ type, dims }) => type === 'int64' && dims.length === 1 && dims[0] === 2);
}

const PREPARATIONS: Readonly<Record<MaskPasting, (candidate: GraphCandidate) => Partial<Preparation>>> = {
  // The graph resizes and normalizes by itself.
  torchvision: (candidate) => fixedSize(candidate) ?? { resize: 'none' },
  detectron2: (candidate) => ({
    ...(fixedSize(candidate) ?? {
      resize: 'shortest-edge',
      shortest_edge: DETECTRON2_SHORTEST_EDGE,
      longest_edge: DETECTRON2_LONGEST_EDGE,
      shortest_edge_rounding: 'detectron2',
      resampler: 'pil-bilinear',
    }),
    channel_order: 'bgr',
    scale: 1,
  }),
};

function fixedSize({ width, height }: GraphCandidate): Partial<Preparation> | null {
  if (width === null || height === null) return null;
  return { resize: 'stretch', width, height, resampler: 'pil-bilinear' };
}
