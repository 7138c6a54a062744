import type { LayerContext, LayerOutput } from '../layer-context.js';
import { importConvolutional } from './convolutional.js';
import { importAvgpool, importMaxpool } from './pooling.js';
import { importReorg } from './reorg.js';
import { importRoute } from './route.js';
import { importShortcut } from './shortcut.js';
import { importSoftmax } from './softmax.js';
import { importUpsample } from './upsample.js';

export type ImportLayer = (context: LayerContext) => LayerOutput;

/** `[dropout]` does something in training only. */
const importDropout: ImportLayer = ({ input }) => input;

/** The layers between input and heads, by the names of their sections. */
export const LAYERS: ReadonlyMap<string, ImportLayer> = new Map([
  ['convolutional', importConvolutional],
  ['conv', importConvolutional],
  ['maxpool', importMaxpool],
  ['max', importMaxpool],
  ['avgpool', importAvgpool],
  ['avg', importAvgpool],
  ['upsample', importUpsample],
  ['route', importRoute],
  ['shortcut', importShortcut],
  ['reorg', importReorg],
  ['softmax', importSoftmax],
  ['soft', importSoftmax],
  ['dropout', importDropout],
]);
