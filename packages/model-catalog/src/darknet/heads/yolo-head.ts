import type { GraphBuilder } from '@darkroom/onnx-file';
import { LIMITS } from '../limits.js';
import type { SectionKeys } from '../section-keys.js';
import { type ImportHead, VALUES_BEFORE_CLASSES } from './head.js';
import {
  type Anchor,
  addCentres,
  addJoinedValues,
  addRows,
  addSizes,
  addValues,
  readAnchors,
} from './head-rows.js';

/**
 * `[yolo]`, decoded as `forward_yolo_layer` and `get_yolo_box` do: logistic but for width and height, which are
 * e^v × anchor, anchors in pixels of the input. With `new_coords=1`, of the fork, the layer before has the logistic
 * and sizes are (2v)² × anchor.
 */
export const importYoloHead: ImportHead = (context, inputSize) => {
  const { graph, index, input, keys } = context;
  const classes = keys.integer('classes', 20, { min: 1, max: LIMITS.classes });
  const anchors = maskedAnchors(keys);
  const scale = keys.number('scale_x_y', 1);
  const isNew = keys.integer('new_coords', 0, { min: 0, max: 1 }) === 1;
  if (keys.has('embedding_layer')) throw keys.error('tracking is not supported', 'embedding_layer');
  const rows = addRows(context, anchors.length, classes);
  const activated = (start: number, end: number, name: string) => {
    const values = addValues(graph, rows, start, end, `${name}_raw_${index}`);
    return isNew ? values : graph.add('Sigmoid', [values], `${name}_${index}`);
  };
  const positions = activated(0, 2, 'positions');
  const sizes = addValues(graph, rows, 2, 4, `sizes_raw_${index}`);
  const factors = isNew
    ? addSquareOfDouble(graph, sizes, index)
    : graph.add('Exp', [sizes], `factors_${index}`);
  const parts = [
    addCentres(context, inputSize, positions, anchors.length, scale),
    addSizes(context, factors, anchors),
    activated(4, VALUES_BEFORE_CLASSES + classes, 'probabilities'),
  ];
  return {
    rows: addJoinedValues(graph, parts, `yolo_${index}`),
    candidates: anchors.length * input.shape.height * input.shape.width,
    classes,
  };
};

/** `mask` chooses from the `num` anchors; without it, all are used. */
function maskedAnchors(keys: SectionKeys): Anchor[] {
  const count = keys.integer('num', 1, { min: 1, max: LIMITS.anchors });
  const mask = keys.integers('mask', { maxLength: LIMITS.anchors });
  const anchors = readAnchors(keys, count);
  return (mask ?? anchors.map((_, at) => at)).map((at) => {
    const anchor = anchors[at];
    if (anchor) return anchor;
    throw keys.error(`expected numbers of anchors from 0 to ${count - 1} (num=${count}), got ${at}`, 'mask');
  });
}

function addSquareOfDouble(graph: GraphBuilder, value: string, index: number): string {
  const doubled = graph.add('Mul', [value, graph.scalar(2)], `doubled_${index}`);
  return graph.add('Mul', [doubled, doubled], `factors_${index}`);
}
