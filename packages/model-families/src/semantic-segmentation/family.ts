import { DarkroomError } from '@darkroom/contracts';
import { describeProblem } from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { requestOptions, SemanticSegmentationOptionsSchema } from './options.js';
import { SemanticSegmentationPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/** The part in a manifest's `files` that is the graph. */
const GRAPH = 'graph';

/**
 * Networks that give every pixel the class it shows: any graph with one picture in and per-pixel class logits out,
 * such as those of FCN, DeepLab, SegFormer or BiSeNet.
 */
export const semanticSegmentation: Family = {
  name: 'semantic-segmentation',
  task: 'segmentation',
  optionsSchema: SemanticSegmentationOptionsSchema,
  graphParts: () => [GRAPH],
  capabilities: () => ['semantic'],
  requestOptions,
  inputSize: ({ preparation: { width, height } }) => ({ width: width ?? null, height: height ?? null }),
  check: ({ manifest }, signatures) => readSignature(manifest, signatures[GRAPH]!).problems,
  load({ manifest }, graphs) {
    const graph = graphs[GRAPH]!;
    const { signature, problems } = readSignature(manifest, graph);
    if (signature) return new SemanticSegmentationPipeline(manifest, graph, signature);
    throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
  },
  recognize,
};
