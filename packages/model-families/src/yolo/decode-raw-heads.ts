import { DarkroomError } from '@darkroom/contracts';
import type { Float32Tensor } from '@darkroom/tensor';
import { CandidateList } from './candidate-list.js';
import { type Decoding, type RawHead, VALUES_BEFORE_CLASSES, type Wanted } from './decoding.js';
import type { InputSize } from './grid-cells.js';

type RawHeadsDecoding = Extract<Decoding, { kind: 'raw-heads' }>;

/**
 * The boxes of one picture that reach the score threshold, from the values of YOLO heads before any sigmoid. After
 * Darknet's `get_yolo_box` with `scale_x_y`, and for v5 the `Detect` module of ultralytics/yolov5.
 * @param outputs `[1, anchors × (5 + classes), height, width]` of each head, by name
 */
export function decodeRawHeads(
  outputs: Readonly<Record<string, Float32Tensor>>,
  { heads, classes, multiLabel }: RawHeadsDecoding,
  inputSize: InputSize,
  wanted: Wanted,
): CandidateList {
  const found = new CandidateList();
  for (const head of heads) {
    const tensor = outputs[head.output]!;
    requireShape(tensor, head, classes);
    head.anchors.forEach((_, anchor) => {
      scanAnchor({ tensor, head, anchor, classes, multiLabel, inputSize, wanted }, found);
    });
  }
  found.keepFinite();
  found.keepBest();
  return found;
}

function requireShape({ dims }: Float32Tensor, { output, anchors }: RawHead, classes: number): void {
  const expected = anchors.length * (VALUES_BEFORE_CLASSES + classes);
  if (dims.length === 4 && dims[1] === expected) return;
  throw new DarkroomError(
    'inference_failed',
    `Expected ${expected} channels in the output ${output}, ${anchors.length} anchors with ${classes} classes each, ` +
      `got a tensor of [${dims.join(', ')}]. The labels of the model’s manifest must name every class of its graph.`,
  );
}

interface AnchorScan {
  readonly tensor: Float32Tensor;
  readonly head: RawHead;
  readonly anchor: number;
  readonly classes: number;
  readonly multiLabel: boolean;
  readonly inputSize: InputSize;
  readonly wanted: Wanted;
}

function scanAnchor(scan: AnchorScan, found: CandidateList): void {
  const { tensor, anchor, classes, multiLabel } = scan;
  const { data, dims } = tensor;
  const { scoreThreshold, keptClassIds } = scan.wanted;
  const cells = dims[2]! * dims[3]!;
  const threshold = Math.fround(scoreThreshold);
  const base = anchor * (VALUES_BEFORE_CLASSES + classes) * cells;
  const add = (cell: number, classId: number, score: number) => {
    if (!(score >= threshold) || (keptClassIds !== null && !keptClassIds.has(classId))) return;
    found.add(cell, classId, score);
    placeBox(found, scan, cell);
  };
  for (let cell = 0; cell < cells; cell++) {
    const objectness = sigmoid(data[base + 4 * cells + cell]!);
    if (!(objectness >= threshold)) continue;
    let best = -1;
    for (let classId = 0; classId < classes; classId++) {
      const at = base + (VALUES_BEFORE_CLASSES + classId) * cells + cell;
      if (multiLabel) add(cell, classId, Math.fround(objectness * sigmoid(data[at]!)));
      else if (best < 0 || data[at]! > data[base + (VALUES_BEFORE_CLASSES + best) * cells + cell]!) {
        best = classId;
      }
    }
    if (multiLabel || best < 0) continue;
    const bestAt = base + (VALUES_BEFORE_CLASSES + best) * cells + cell;
    add(cell, best, Math.fround(objectness * sigmoid(data[bestAt]!)));
  }
}

/** Gives the last of the list its box. */
function placeBox(
  found: CandidateList,
  { tensor, head, anchor, classes, inputSize }: AnchorScan,
  cell: number,
) {
  const { data, dims } = tensor;
  const [, , rows = 0, columns = 0] = dims;
  const cells = rows * columns;
  const base = anchor * (VALUES_BEFORE_CLASSES + classes) * cells + cell;
  const inCell = (value: number) => sigmoid(value) * head.scaleXY - (head.scaleXY - 1) / 2;
  const x = ((cell % columns) + inCell(data[base]!)) * (inputSize.width / columns);
  const y = (Math.floor(cell / columns) + inCell(data[base + cells]!)) * (inputSize.height / rows);
  const [anchorWidth, anchorHeight] = head.anchors[anchor]!;
  const halfWidth = (SIZES[head.size](data[base + 2 * cells]!) * anchorWidth) / 2;
  const halfHeight = (SIZES[head.size](data[base + 3 * cells]!) * anchorHeight) / 2;
  found.placeBox(found.length - 1, x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
}

const SIZES: Readonly<Record<RawHead['size'], (value: number) => number>> = {
  exponential: Math.exp,
  square: (value) => (2 * sigmoid(value)) ** 2,
};

function sigmoid(value: number): number {
  return Math.fround(1 / (1 + Math.exp(-value)));
}
