import type { CompleteManifest } from '@darkroom/model-catalog';
import type { Graph } from '@darkroom/tensor';
import { DetectorPipeline } from '../detection/detector-pipeline.js';
import { decode } from './decode.js';
import { prepare } from './prepare.js';
import type { DetrSignature } from './signature.js';

/** One loaded detr model. */
export function detrPipeline(
  manifest: CompleteManifest,
  graph: Graph,
  signature: DetrSignature,
): DetectorPipeline {
  return new DetectorPipeline(manifest, graph, {
    inputName: signature.inputName,
    outputNames: [signature.logitsOutput, signature.boxesOutput],
    takesBatches: signature.takesBatches,
    classes: signature.classes,
    prepare: (picture, kept) => prepare(picture, manifest.preparation, signature, kept),
    decode: (outputs, prepared, options) => decode(outputs, signature, prepared, options),
  });
}
