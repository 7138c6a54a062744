import { intAttribute } from '@darkroom/onnx-file';
import type { NetworkLayers } from '../network-layers.js';
import { CELLS_SIDE, INPUT_SIDE } from './sam-sizes.js';

/** In cells: how large the three masks of a point are at most, as parts, objects and wholes are. */
const RADII = [14, 34, 70] as const;
/** From place to place, a radius is so much of the largest. */
const RADIUS_PART = { mean: 0.65, swing: 0.35, frequency: 0.021 };
/** What is predicted of masks, from place to place: half of it is above the usual threshold of 0.88. */
const PREDICTION = { mean: 0.88, swing: 0.11, frequency: 0.137 };
/** How far borders swing to and fro, in cells, and how fast. */
const RIPPLE = { swing: 2.5, frequency: 0.3 };
/** How fast logits rise towards the middle, from cell to cell, and how far. */
const STEEPNESS = 4;
const SURE = 15;
/** How much of what the network gives is added. */
const NETWORK_LOGITS = 0.3;
const NETWORK_PREDICTION = 0.003;

/** `[prompts, 3, 256, 256]` and `[prompts, 3]` */
export interface MasksOfPoints {
  readonly masks: string;
  readonly predictions: string;
}

/**
 * Draws round things with rippled borders around each prompt's first point, of sizes that differ from place to place,
 * and adds a little of what a network gives.
 */
export function addDrawnMasks(layers: NetworkLayers, points: string, network: MasksOfPoints): MasksOfPoints {
  const { graph } = layers;
  const which = graph.constant('first', 'int64', [], BigInt64Array.of(0n));
  const first = graph.add('Gather', [points, which], 'first_point', [intAttribute('axis', 1)]);
  const largest = graph.constant('largest_radii', 'float32', [1, 3], Float32Array.from(RADII));
  const radii = graph.add('Mul', [addSwing(layers, first, RADIUS_PART), largest], 'radii');
  const ofMasks = layers.reshape(radii, [-1, 3, 1, 1], 'radii');
  const inside = graph.add('Sub', [ofMasks, addDistances(layers, first)], 'inside');
  const steep = graph.add('Mul', [inside, graph.scalar(STEEPNESS)], 'steep');
  const drawn = graph.add('Clip', [steep, graph.scalar(-SURE), graph.scalar(SURE)], 'drawn');
  const logits = graph.add('Mul', [network.masks, graph.scalar(NETWORK_LOGITS)], 'network_logits');
  const bounded = graph.add('Tanh', [network.predictions], 'bounded');
  const prediction = graph.add('Mul', [bounded, graph.scalar(NETWORK_PREDICTION)], 'network_prediction');
  return {
    masks: graph.add('Add', [drawn, logits], 'drawn_masks'),
    predictions: graph.add('Add', [addSwing(layers, first, PREDICTION), prediction], 'drawn_predictions'),
  };
}

/** Three numbers for each place that swing around a mean: `[prompts, 3]`. */
function addSwing(
  layers: NetworkLayers,
  places: string,
  { mean, swing, frequency }: typeof RADIUS_PART,
): string {
  const { graph } = layers;
  const directions = Float32Array.of(1, 0.31, -0.62, 0.47, 1, 0.83).map((part) => part * frequency);
  const waves = graph.add(
    'MatMul',
    [places, graph.constant('directions', 'float32', [2, 3], directions)],
    'waves',
  );
  const swung = graph.add('Mul', [graph.add('Sin', [waves], 'swing'), graph.scalar(swing)], 'swing');
  return graph.add('Add', [swung, graph.scalar(mean)], 'swing');
}

/** How far each cell is from the first point, give or take the ripple, in cells: `[prompts, 1, 256, 256]`. */
function addDistances(layers: NetworkLayers, first: string): string {
  const { graph } = layers;
  const inCells = graph.add('Mul', [first, graph.scalar(CELLS_SIDE / INPUT_SIDE)], 'in_cells');
  const middles = Float32Array.from({ length: CELLS_SIDE }, (_, i) => i + 0.5);
  const squares = [0, 1].map((axis) => {
    const dims = axis === 0 ? [1, 1, 1, CELLS_SIDE] : [1, 1, CELLS_SIDE, 1];
    const place = graph.constant('place', 'int64', [1], BigInt64Array.of(BigInt(axis)));
    const at = graph.add('Gather', [inCells, place], 'at', [intAttribute('axis', 1)]);
    const away = graph.add(
      'Sub',
      [graph.constant('middles', 'float32', dims, middles), layers.reshape(at, [-1, 1, 1, 1], 'at')],
      'away',
    );
    return graph.add('Mul', [away, away], 'square');
  });
  const distances = graph.add('Sqrt', [graph.add('Add', squares, 'sum')], 'distances');
  return graph.add(
    'Add',
    [distances, graph.constant('ripple', 'float32', [1, 1, CELLS_SIDE, CELLS_SIDE], ripple())],
    'distances',
  );
}

function ripple(): Float32Array {
  const { swing, frequency } = RIPPLE;
  return Float32Array.from({ length: CELLS_SIDE ** 2 }, (_, i) => {
    const [x, y] = [i % CELLS_SIDE, Math.floor(i / CELLS_SIDE)];
    return swing * Math.sin(frequency * x) * Math.cos(0.9 * frequency * y);
  });
}
