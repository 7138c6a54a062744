import { DarkroomError } from '@darkroom/contracts';
import { describeProblem } from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { familyOptions, requestOptions, YoloOptionsSchema } from './options.js';
import { yoloPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/** The part in a manifest's `files` that is the graph. */
const GRAPH = 'graph';

/**
 * Networks that give a box for each cell of a grid, and graphs that have chosen among those: the YOLO versions of
 * ultralytics, YOLOX, and Darknet's.
 */
export const yolo: Family = {
  name: 'yolo',
  task: 'detection',
  optionsSchema: YoloOptionsSchema,
  graphParts: () => [GRAPH],
  capabilities: (manifest) => (familyOptions(manifest).masks ? ['boxes', 'masks'] : ['boxes']),
  requestOptions,
  inputSize: ({ preparation: { width, height } }) => ({ width: width ?? null, height: height ?? null }),
  check: ({ manifest }, signatures) => readSignature(manifest, signatures[GRAPH]!).problems,
  load({ manifest }, graphs) {
    const graph = graphs[GRAPH]!;
    const { signature, problems } = readSignature(manifest, graph);
    if (signature) return yoloPipeline(manifest, graph, signature);
    throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
  },
  recognize,
};
