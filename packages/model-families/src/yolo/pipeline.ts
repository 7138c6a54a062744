import type { CompleteManifest } from '@darkroom/model-catalog';
import type { Graph } from '@darkroom/tensor';
import { DetectorPipeline } from '../detection/detector-pipeline.js';
import { decode } from './decode.js';
import { prepare } from './prepare.js';
import type { YoloSignature } from './signature.js';

/** One loaded yolo model. */
export function yoloPipeline(
  manifest: CompleteManifest,
  graph: Graph,
  signature: YoloSignature,
): DetectorPipeline {
  const { inputName, outputNames, takesBatches, classes, decoding } = signature;
  const model = { decoding, preparation: manifest.preparation };
  return new DetectorPipeline(manifest, graph, {
    inputName,
    outputNames,
    takesBatches,
    classes,
    prepare: (picture, kept) => prepare(picture, model.preparation, signature, kept),
    decode: (outputs, prepared, options) => decode(outputs, model, prepared, options),
  });
}
