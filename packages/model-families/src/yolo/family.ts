import { oneGraphFamily } from '../one-graph-family.js';
import { familyOptions, requestOptions, YoloOptionsSchema } from './options.js';
import { yoloPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/**
 * Networks that give a box for each cell of a grid, and graphs that have chosen among those: the YOLO versions of
 * ultralytics, YOLOX, and Darknet's.
 */
export const yolo = oneGraphFamily({
  name: 'yolo',
  task: 'detection',
  optionsSchema: YoloOptionsSchema,
  capabilities: (manifest) => (familyOptions(manifest).masks ? ['boxes', 'masks'] : ['boxes']),
  requestOptions,
  readSignature,
  pipeline: yoloPipeline,
  recognize,
});
