import { oneGraphFamily } from '../one-graph-family.js';
import { familyOptions, RcnnOptionsSchema, requestOptions } from './options.js';
import { rcnnPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/**
 * Networks that look closely at regions of the picture, one by one, and give a row of each output for each thing they
 * found: Faster and Mask R-CNN as torchvision and Detectron2 export them.
 */
export const rcnn = oneGraphFamily({
  name: 'rcnn',
  task: 'detection',
  optionsSchema: RcnnOptionsSchema,
  capabilities: (manifest) => (familyOptions(manifest).masks ? ['boxes', 'masks'] : ['boxes']),
  requestOptions,
  readSignature,
  pipeline: rcnnPipeline,
  recognize,
});
