import { type GraphBuilder, initializer, intAttribute, tensorAttribute } from '@darkroom/onnx-file';
import { LIMITS } from '../limits.js';
import type { SectionKeys } from '../section-keys.js';
import { type ImportHead, VALUES_BEFORE_CLASSES } from './head.js';
import { addCentres, addJoinedValues, addRows, addSizes, addValues, readAnchors } from './head-rows.js';

const LAST_AXIS = 2;
const OBJECTNESS = 4;

/**
 * `[region]` of YOLOv2, decoded as `forward_region_layer` and `get_region_box` do: positions and objectness logistic,
 * sizes e^v × anchor, anchors in cells; classes by softmax with `softmax=1`, else logistic each. With `background=1`
 * the softmax has the background as a class of its own in the objectness's place, and every row counts as an object.
 */
export const importRegionHead: ImportHead = (context, inputSize) => {
  const { graph, index, input, keys } = context;
  const { classes, count, hasBackground, isSoftmax } = readRegion(keys);
  const anchors = readAnchors(keys, count);
  const rows = addRows(context, count, classes);
  const positions = addValues(graph, rows, 0, 2, `positions_raw_${index}`);
  const sizes = addValues(graph, rows, 2, 4, `sizes_raw_${index}`);
  const cell = [inputSize.width / input.shape.width, inputSize.height / input.shape.height] as const;
  const logistic = graph.add('Sigmoid', [positions], `positions_${index}`);
  const factors = graph.add('Exp', [sizes], `factors_${index}`);
  const inPixels = anchors.map(([width, height]) => [width * cell[0], height * cell[1]] as const);
  const addProbabilities = hasBackground ? addBesideBackground : addObjectnessAndClasses;
  const parts = [
    addCentres(context, inputSize, logistic, count, 1),
    addSizes(context, factors, inPixels),
    ...addProbabilities(graph, rows, VALUES_BEFORE_CLASSES + classes, isSoftmax, index),
  ];
  return {
    rows: addJoinedValues(graph, parts, `region_${index}`),
    candidates: count * input.shape.height * input.shape.width,
    classes,
  };
};

function readRegion(keys: SectionKeys) {
  if (keys.has('tree')) {
    throw keys.error(
      'trees of classes, as of YOLO9000, are not supported. Use a network without one',
      'tree',
    );
  }
  keys.requireDefault('coords', 4);
  const isSoftmax = keys.integer('softmax', 0, { min: 0, max: 1 }) === 1;
  const hasBackground = keys.integer('background', 0, { min: 0, max: 1 }) === 1;
  if (hasBackground && !isSoftmax) {
    throw keys.error('a background class without softmax=1 is not supported', 'background');
  }
  return {
    classes: keys.integer('classes', 20, { min: 1, max: LIMITS.classes }),
    count: keys.integer('num', 1, { min: 1, max: LIMITS.anchors }),
    isSoftmax,
    hasBackground,
  };
}

function addObjectnessAndClasses(
  graph: GraphBuilder,
  rows: string,
  end: number,
  isSoftmax: boolean,
  index: number,
): string[] {
  const objectness = addValues(graph, rows, OBJECTNESS, VALUES_BEFORE_CLASSES, `objectness_raw_${index}`);
  const classes = addValues(graph, rows, VALUES_BEFORE_CLASSES, end, `classes_raw_${index}`);
  return [
    graph.add('Sigmoid', [objectness], `objectness_${index}`),
    isSoftmax ? addSoftmax(graph, classes, index) : graph.add('Sigmoid', [classes], `probabilities_${index}`),
  ];
}

function addBesideBackground(
  graph: GraphBuilder,
  rows: string,
  end: number,
  _isSoftmax: boolean,
  index: number,
): string[] {
  const raw = addValues(graph, rows, OBJECTNESS, end, `classes_raw_${index}`);
  const probabilities = addSoftmax(graph, raw, index);
  const background = addValues(graph, probabilities, 0, 1, `background_${index}`);
  const shape = graph.add('Shape', [background], `background_shape_${index}`);
  const one = tensorAttribute('value', initializer('value', 'float32', [1], Float32Array.of(1)));
  return [
    graph.add('ConstantOfShape', [shape], `objectness_${index}`, [one]),
    addValues(graph, probabilities, 1, end - OBJECTNESS, `classes_${index}`),
  ];
}

function addSoftmax(graph: GraphBuilder, values: string, index: number): string {
  return graph.add('Softmax', [values], `probabilities_${index}`, [intAttribute('axis', LAST_AXIS)]);
}
