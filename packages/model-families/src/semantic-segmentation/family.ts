import { oneGraphFamily } from '../one-graph-family.js';
import { requestOptions, SemanticSegmentationOptionsSchema } from './options.js';
import { SemanticSegmentationPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

/**
 * Networks that give every pixel the class it shows: any graph with one picture in and per-pixel class logits out,
 * such as those of FCN, DeepLab, SegFormer or BiSeNet.
 */
export const semanticSegmentation = oneGraphFamily({
  name: 'semantic-segmentation',
  task: 'segmentation',
  optionsSchema: SemanticSegmentationOptionsSchema,
  capabilities: () => ['semantic'],
  requestOptions,
  readSignature,
  pipeline: (manifest, graph, signature) => new SemanticSegmentationPipeline(manifest, graph, signature),
  recognize,
});
