import { DarkroomError } from '@darkroom/contracts';
import { describeProblem } from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { DetrOptionsSchema, requestOptions } from './options.js';
import { detrPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/** The part in a manifest's `files` that is the graph. */
const GRAPH = 'graph';

/**
 * Transformers that ask a fixed number of questions, the queries, and get logits and a box for each: DETR, Conditional
 * and Deformable DETR, YOLOS, RT-DETR, D-FINE, RF-DETR.
 */
export const detr: Family = {
  name: 'detr',
  task: 'detection',
  optionsSchema: DetrOptionsSchema,
  graphParts: () => [GRAPH],
  capabilities: () => ['boxes'],
  requestOptions,
  inputSize: ({ preparation: { width, height } }) => ({ width: width ?? null, height: height ?? null }),
  check: ({ manifest }, signatures) => readSignature(manifest, signatures[GRAPH]!).problems,
  load({ manifest }, graphs) {
    const graph = graphs[GRAPH]!;
    const { signature, problems } = readSignature(manifest, graph);
    if (signature) return detrPipeline(manifest, graph, signature);
    throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
  },
  recognize,
};
