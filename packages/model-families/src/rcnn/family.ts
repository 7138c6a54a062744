import { DarkroomError } from '@darkroom/contracts';
import { describeProblem } from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { familyOptions, RcnnOptionsSchema, requestOptions } from './options.js';
import { rcnnPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/** The part in a manifest's `files` that is the graph. */
const GRAPH = 'graph';

/**
 * Networks that look closely at regions of the picture, one by one, and give a row of each output for each thing they
 * found: Faster and Mask R-CNN as torchvision and Detectron2 export them.
 */
export const rcnn: Family = {
  name: 'rcnn',
  task: 'detection',
  optionsSchema: RcnnOptionsSchema,
  graphParts: () => [GRAPH],
  capabilities: (manifest) => (familyOptions(manifest).masks ? ['boxes', 'masks'] : ['boxes']),
  requestOptions,
  inputSize: ({ preparation: { width, height } }) => ({ width: width ?? null, height: height ?? null }),
  check: ({ manifest }, signatures) => readSignature(manifest, signatures[GRAPH]!).problems,
  load({ manifest }, graphs) {
    const graph = graphs[GRAPH]!;
    const { signature, problems } = readSignature(manifest, graph);
    if (signature) return rcnnPipeline(manifest, graph, signature);
    throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
  },
  recognize,
};
