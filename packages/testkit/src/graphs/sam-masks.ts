import { type GraphBuilder, intAttribute, intsAttribute } from '../onnx/model-bytes.js';
import { PIXELS_PER_CELL } from './sam-export.js';

/** Prompts as the rule takes them. All tensors are values of the graph. */
export interface PromptValues {
  /** `[prompts, points, 2]` in pixels of the input. */
  readonly coords: string;
  /** Which points are on the object, and which are not: `[prompts, points]` of bool. */
  readonly positive: string;
  readonly negative: string;
  /** `[prompts, 4]` in pixels of the input; whatever it is where there is none. */
  readonly boxes: string;
  /** `[prompts, 1]` of bool. */
  readonly hasBox: string;
  /** An earlier mask, `[prompts or 1, cells]`, large where nothing is known; `null` where the graph takes none. */
  readonly earlier: string | null;
}

/** The logits of what is in a mask, and, negated, of what is not. */
const SURE = 16;
/** Colours whose squared distance is less count as one. */
const SAME_COLOR = 0.3;
const STEEPNESS = 60;
/** How far the part of an object that a point is on reaches, as a share of the input's side. */
const PART_RADIUS = 1 / 8;

const keepDims = intAttribute('keepdims', 1);
const dropDims = intAttribute('keepdims', 0);

/**
 * The masks of the tiny Segment Anything: an object is what has the colour of one of the points on it, or of the middle
 * of the box, none of those of the points that are not on it, and lies in the box and in the earlier mask.
 * @param embedding `[1, 3, cells, cells]`
 * @returns logits, each `[prompts, cells²]`: of the object, of the part of it around the first point, of the whole picture
 */
export function addMasks(
  builder: GraphBuilder,
  embedding: string,
  prompts: PromptValues,
  side: number,
): { readonly object: string; readonly part: string; readonly whole: string } {
  const places = addPlaces(builder, prompts);
  const similar = addSimilarity(builder, embedding, places, side);
  const likeObject = addLargest(builder, similar, [prompts.positive, prompts.hasBox], 'like_object');
  const never = builder.add('And', [prompts.hasBox, builder.add('Not', [prompts.hasBox], 'no_box')], 'never');
  const likeOthers = addLargest(builder, similar, [prompts.negative, never], 'like_others');
  const unlikeOthers = builder.add('Neg', [likeOthers], 'unlike_others');
  const limits = [likeObject, unlikeOthers, ...(prompts.earlier === null ? [] : [prompts.earlier])];
  const anywhere = builder.add('Min', limits, 'anywhere');
  const object = addWhere(builder, addInBox(builder, prompts, side), anywhere, 'object');
  const part = addWhere(builder, addNearFirst(builder, places, side), object, 'part');
  const whole = builder.add('Max', [object, builder.scalar(SURE)], 'whole');
  return { object, part, whole };
}

/** The points, and behind them the middle of the box: `[prompts, points + 1, 2]`. */
function addPlaces(builder: GraphBuilder, { coords, boxes }: PromptValues): string {
  const corners = builder.add('Reshape', [boxes, builder.integers([-1, 2, 2])], 'corners');
  const middle = builder.add('ReduceMean', [corners], 'middle', [intsAttribute('axes', [1]), keepDims]);
  return builder.add('Concat', [coords, middle], 'places', [intAttribute('axis', 1)]);
}

/** How like the colour of each place that of each cell is: `[prompts, points + 1, cells²]`. */
function addSimilarity(builder: GraphBuilder, embedding: string, places: string, side: number): string {
  const cells = side / PIXELS_PER_CELL;
  const colorsLast = builder.add('Transpose', [embedding], 'colors_last', [
    intsAttribute('perm', [0, 2, 3, 1]),
  ]);
  const colors = builder.add('Reshape', [colorsLast, builder.integers([-1, 3])], 'colors');
  const inCells = builder.add('Mul', [places, builder.scalar(1 / PIXELS_PER_CELL)], 'in_cells');
  const whole = builder.add('Floor', [inCells], 'whole_cells');
  const inside = builder.add('Clip', [whole, builder.scalar(0), builder.scalar(cells - 1)], 'cells_inside');
  const strides = builder.constant('strides', 'float32', [2], Float32Array.of(1, cells));
  const strided = builder.add('Mul', [inside, strides], 'strided');
  const position = builder.add('ReduceSum', [strided, builder.integers([2])], 'position', [dropDims]);
  const index = builder.add('Cast', [position], 'cell_index', [intAttribute('to', INT64)]);
  const wanted = builder.add('Gather', [colors, index], 'wanted_colors', [intAttribute('axis', 0)]);
  const wantedByCell = builder.add('Unsqueeze', [wanted, builder.integers([2])], 'wanted_by_cell');
  const difference = builder.add('Sub', [wantedByCell, colors], 'difference');
  const squares = builder.add('Mul', [difference, difference], 'squares');
  const distance = builder.add('ReduceSum', [squares, builder.integers([3])], 'distance', [dropDims]);
  const nearness = builder.add('Sub', [builder.scalar(SAME_COLOR), distance], 'nearness');
  const steep = builder.add('Mul', [nearness, builder.scalar(STEEPNESS)], 'steep_nearness');
  return builder.add('Clip', [steep, builder.scalar(-SURE), builder.scalar(SURE)], 'similarity');
}

const INT64 = 7;

/** The largest similarity with the places that are meant, `[prompts, cells²]`. @param isMeant of points and box */
function addLargest(
  builder: GraphBuilder,
  similarity: string,
  isMeant: readonly [points: string, box: string],
  name: string,
): string {
  const meant = builder.add('Concat', isMeant, `${name}_meant`, [intAttribute('axis', 1)]);
  const byCell = builder.add('Unsqueeze', [meant, builder.integers([2])], `${name}_by_cell`);
  const similar = addWhere(builder, byCell, similarity, `${name}_similarity`);
  return builder.add('ReduceMax', [similar], name, [intsAttribute('axes', [1]), dropDims]);
}

/** The logits where something is true, and elsewhere surely not. */
function addWhere(builder: GraphBuilder, condition: string, logits: string, name: string): string {
  return builder.add('Where', [condition, logits, builder.scalar(-SURE)], name);
}

/** Whether the middle of each cell lies in the box, or there is none: `[prompts, cells²]`. */
function addInBox(builder: GraphBuilder, { boxes, hasBox }: PromptValues, side: number): string {
  const [xs, ys] = addCellMiddles(builder, side);
  const edge = (index: number) =>
    builder.add('Gather', [boxes, builder.integers([index])], `edge_${index}`, [intAttribute('axis', 1)]);
  const between = (values: string, low: number, high: number) =>
    builder.add(
      'And',
      [
        builder.add('GreaterOrEqual', [values, edge(low)], 'behind'),
        builder.add('LessOrEqual', [values, edge(high)], 'before'),
      ],
      'between',
    );
  const inBox = builder.add('And', [between(xs, 0, 2), between(ys, 1, 3)], 'in_box');
  return builder.add('Or', [inBox, builder.add('Not', [hasBox], 'without_box')], 'in_box_or_none');
}

/** Whether the middle of each cell is near the first place: `[prompts, cells²]`. */
function addNearFirst(builder: GraphBuilder, places: string, side: number): string {
  const [xs, ys] = addCellMiddles(builder, side);
  const first = builder.add('Gather', [places, builder.integers([0])], 'first_place', [
    intAttribute('axis', 1),
  ]);
  const flat = builder.add('Squeeze', [first, builder.integers([1])], 'first_point');
  const squareOf = (values: string, index: number) => {
    const at = builder.add('Gather', [flat, builder.integers([index])], 'first_coord', [
      intAttribute('axis', 1),
    ]);
    const away = builder.add('Sub', [values, at], 'away');
    return builder.add('Mul', [away, away], 'away_squared');
  };
  const distance = builder.add('Add', [squareOf(xs, 0), squareOf(ys, 1)], 'distance_from_first');
  return builder.add('LessOrEqual', [distance, builder.scalar((side * PART_RADIUS) ** 2)], 'near_first');
}

/** Columns and rows of the middles of all cells, in pixels of the input: `[1, cells²]` each. */
function addCellMiddles(builder: GraphBuilder, side: number): [xs: string, ys: string] {
  const cells = side / PIXELS_PER_CELL;
  const middles = (indexOf: (cell: number) => number) =>
    Float32Array.from({ length: cells * cells }, (_, cell) => (indexOf(cell) + 0.5) * PIXELS_PER_CELL);
  const dims = [1, cells * cells];
  return [
    builder.constant(
      'cell_xs',
      'float32',
      dims,
      middles((cell) => cell % cells),
    ),
    builder.constant(
      'cell_ys',
      'float32',
      dims,
      middles((cell) => Math.floor(cell / cells)),
    ),
  ];
}
