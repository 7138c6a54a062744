import { type GraphBuilder, intAttribute, intsAttribute } from '@darkroom/onnx-file';
import type { InputSize, LayerContext } from '../layer-context.js';
import { addSlice } from '../layers/slice.js';
import { LIMITS } from '../limits.js';
import type { SectionKeys } from '../section-keys.js';
import { VALUES_BEFORE_CLASSES } from './head.js';

/** Width and height of an anchor, in whatever its head measures them. */
export type Anchor = readonly [width: number, height: number];

const LAST_AXIS = 2;

/**
 * The layer before as rows `[batch, candidates, 5 + classes]`, from `[batch, anchors × (5 + classes), height, width]`.
 * @throws DarknetError when the channels don't fit anchors and classes
 */
export function addRows(
  { graph, index, input, keys }: LayerContext,
  anchors: number,
  classes: number,
): string {
  const { channels, height, width } = input.shape;
  const values = VALUES_BEFORE_CLASSES + classes;
  if (channels !== anchors * values) {
    throw keys.error(
      `expected ${anchors} anchors × (5 + ${classes} classes) = ${anchors * values} filters in the layer before, got ${channels}`,
    );
  }
  if (anchors * height * width > LIMITS.candidates) {
    throw keys.error(
      `expected at most ${LIMITS.candidates} boxes, got ${anchors * height * width}. Set a smaller width and height in [net]`,
    );
  }
  const perAnchor = graph.integers([0, anchors, values, height * width]);
  const split = graph.add('Reshape', [input.value, perAnchor], `head_anchors_${index}`);
  const moved = graph.add('Transpose', [split], `head_moved_${index}`, [intsAttribute('perm', [0, 1, 3, 2])]);
  const joined = graph.integers([0, anchors * height * width, values]);
  return graph.add('Reshape', [moved, joined], `head_rows_${index}`);
}

/** Values `start` to before `end` of all rows. */
export function addValues(
  graph: GraphBuilder,
  rows: string,
  start: number,
  end: number,
  name: string,
): string {
  return addSlice(graph, rows, LAST_AXIS, start, end, name);
}

/** Rows put together from parts of their values. */
export function addJoinedValues(graph: GraphBuilder, parts: readonly string[], name: string): string {
  return graph.add('Concat', parts, name, [intAttribute('axis', LAST_AXIS)]);
}

/**
 * From positions within cells, 0 to 1, to pixels of the input: `get_yolo_box`, with x and y stretched about the middle
 * of the cell by `scale`, as `forward_yolo_layer` does with scale_x_y.
 */
export function addCentres(
  { graph, index, input: { shape } }: LayerContext,
  { width, height }: InputSize,
  positions: string,
  anchors: number,
  scale: number,
): string {
  const cell = [width / shape.width, height / shape.height] as const;
  const corners = new Float32Array(anchors * shape.height * shape.width * 2);
  let at = 0;
  for (let anchor = 0; anchor < anchors; anchor++) {
    for (let row = 0; row < shape.height; row++) {
      for (let column = 0; column < shape.width; column++) {
        corners[at++] = (column - (scale - 1) / 2) * cell[0];
        corners[at++] = (row - (scale - 1) / 2) * cell[1];
      }
    }
  }
  const factors = Float32Array.of(scale * cell[0], scale * cell[1]);
  const factor = graph.constant(`cell_${index}`, 'float32', [2], factors);
  const corner = graph.constant(`corners_${index}`, 'float32', [1, corners.length / 2, 2], corners);
  const scaled = graph.add('Mul', [positions, factor], `offsets_${index}`);
  return graph.add('Add', [scaled, corner], `centres_${index}`);
}

/** Multiplies the rows of each anchor by its width and height, in pixels of the input. */
export function addSizes(
  { graph, index, input: { shape } }: LayerContext,
  factors: string,
  anchorsInPixels: readonly Anchor[],
): string {
  const cells = shape.height * shape.width;
  const sizes = new Float32Array(anchorsInPixels.length * cells * 2);
  for (const [anchor, size] of anchorsInPixels.entries()) {
    for (let cell = 0; cell < cells; cell++) sizes.set(size, (anchor * cells + cell) * 2);
  }
  const anchors = graph.constant(`anchors_${index}`, 'float32', [1, sizes.length / 2, 2], sizes);
  return graph.add('Mul', [factors, anchors], `sizes_${index}`);
}

/**
 * The anchors that a head uses.
 * @param count how many the `anchors` key must have at least
 */
export function readAnchors(keys: SectionKeys, count: number): Anchor[] {
  const numbers = keys.numbers('anchors', { maxLength: 2 * LIMITS.anchors });
  if (numbers === null) throw keys.error(`expected anchors= with ${count} pairs of width and height`);
  if (numbers.length < 2 * count) {
    throw keys.error(`expected ${count} pairs of width and height, got ${numbers.length} numbers`, 'anchors');
  }
  return Array.from({ length: count }, (_, at) => {
    const [width, height] = [numbers[2 * at]!, numbers[2 * at + 1]!];
    if (width > 0 && height > 0) return [width, height] as const;
    throw keys.error(`expected widths and heights above 0, got ${width},${height}`, 'anchors');
  });
}
