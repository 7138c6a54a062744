import type { Preparation } from '@darkroom/contracts';
import { describeSpec } from '@darkroom/tensor';
import type { GraphCandidate, GraphRecognition } from '../recognition.js';
import { candidatesIn, valuesIn } from './candidate-layout.js';
import { type ChosenOutputs, chooseOutputs } from './choose-outputs.js';
import { stridesOf } from './grid-cells.js';
import type { YoloOptions } from './options.js';

/** A way in which candidates lie, and who writes them so. */
interface Writer {
  readonly name: string;
  readonly candidates: 'first' | 'last';
  /** Values of a candidate that are neither scores of classes nor of its mask. */
  readonly otherValues: number;
  /** Candidates for each cell of the grids; `null` where there is no such number. */
  readonly perCell: number | null;
  readonly options: YoloOptions;
  readonly preparation: Partial<Preparation>;
}

const LETTERBOX: Partial<Preparation> = { resize: 'letterbox', resampler: 'cv2-linear' };

const WRITERS: readonly Writer[] = [
  {
    name: 'ultralytics’ layout (v8 and later)',
    candidates: 'last',
    otherValues: 4,
    perCell: 1,
    options: { layout: 'decoded', candidates: 'last', objectness: false },
    preparation: LETTERBOX,
  },
  {
    name: 'the layout of v5 and v7',
    candidates: 'first',
    otherValues: 5,
    perCell: 3,
    options: { layout: 'decoded', candidates: 'first', objectness: true },
    preparation: LETTERBOX,
  },
  {
    name: 'YOLOX’s layout',
    candidates: 'first',
    otherValues: 5,
    perCell: 1,
    options: { layout: 'grid' },
    preparation: {
      ...LETTERBOX,
      letterbox_anchor: 'top-left',
      letterbox_rounding: 'truncate',
      channel_order: 'bgr',
      scale: 1,
    },
  },
  {
    name: 'the layout of boxes that are chosen already (v10, v26, exports with nms)',
    candidates: 'first',
    otherValues: 6,
    perCell: null,
    options: { layout: 'end-to-end' },
    preparation: LETTERBOX,
  },
];

/** What these networks take when their graph takes any size. */
const USUAL_SIDE = 640;
/** `task` in the metadata of ultralytics; others give something else than boxes, or more with each box. */
const ULTRALYTICS_TASKS: readonly string[] = ['detect', 'segment'];

/** Whether a graph gives the candidates of a YOLO network, and whose. */
export function recognize(candidate: GraphCandidate): GraphRecognition | null {
  const { signature, metadata, architecture } = candidate;
  if (signature.inputs.length !== 1 || architecture !== null) return null;
  const task = metadata.get('task');
  if (task !== undefined && !ULTRALYTICS_TASKS.includes(task)) return null;
  const { chosen } = chooseOutputs({}, signature.outputs);
  if (!chosen) return null;
  const isUltralytics = /ultralytics/i.test(metadata.get('author') ?? '');
  for (const writer of WRITERS) {
    const fit = fitOf(writer, chosen, candidate);
    if (!fit || (fit === 'by-values' && !isUltralytics && candidate.labels === null)) continue;
    const classes = classesOf(writer, chosen) ?? candidate.labels?.length ?? null;
    return {
      sureness: isUltralytics ? 'certain' : fit === 'by-cells' ? 'likely' : 'possible',
      reason: `output ${describeSpec(chosen.detections)} is ${writer.name}${classes === null ? '' : ` with ${countOf(classes)}`}`,
      classes,
      preparation: {
        ...writer.preparation,
        width: candidate.width ?? USUAL_SIDE,
        height: candidate.height ?? USUAL_SIDE,
        ...(candidate.layout === 'nhwc' && { layout: candidate.layout }),
      },
      familyOptions: { ...writer.options, ...(chosen.prototypes && { masks: true }) },
    };
  }
  return null;
}

const countOf = (classes: number) => `${classes} ${classes === 1 ? 'class' : 'classes'}`;

const prototypesIn = ({ prototypes }: ChosenOutputs) => prototypes?.dims[1] ?? 0;

/** `null` where the tensor doesn't tell. */
function classesOf(writer: Writer, chosen: ChosenOutputs): number | null {
  const values = valuesIn(shapeOf(chosen), writer.candidates);
  if (values === null || writer.perCell === null) return null;
  return values - writer.otherValues - prototypesIn(chosen);
}

/** There are as many candidates as cells ask for, or six values for each, or just some values, as many a tensor has. */
type Fit = 'by-cells' | 'by-six-values' | 'by-values';

function fitOf(writer: Writer, chosen: ChosenOutputs, { labels, width, height }: GraphCandidate): Fit | null {
  const shape = shapeOf(chosen);
  const values = valuesIn(shape, writer.candidates);
  if (values === null) return null;
  const count = candidatesIn(shape, writer.candidates);
  if (writer.perCell === null)
    return values === writer.otherValues + prototypesIn(chosen) ? 'by-six-values' : null;
  const classes = classesOf(writer, chosen)!;
  if (classes < 1 || (labels !== null && labels.length !== classes)) return null;
  if (count === null || width === null || height === null) return 'by-values';
  return stridesOf(count / writer.perCell, { width, height }) === null ? null : 'by-cells';
}

function shapeOf(chosen: ChosenOutputs) {
  return { dims: chosen.detections.dims, prototypes: 0, labels: null, inputSize: null };
}
