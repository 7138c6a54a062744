import { oneGraphFamily } from '../one-graph-family.js';
import { DetrOptionsSchema, requestOptions } from './options.js';
import { detrPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/**
 * Transformers that ask a fixed number of questions, the queries, and get logits and a box for each: DETR, Conditional
 * and Deformable DETR, YOLOS, RT-DETR, D-FINE, RF-DETR.
 */
export const detr = oneGraphFamily({
  name: 'detr',
  task: 'detection',
  optionsSchema: DetrOptionsSchema,
  capabilities: () => ['boxes'],
  requestOptions,
  readSignature,
  pipeline: detrPipeline,
  recognize,
});
