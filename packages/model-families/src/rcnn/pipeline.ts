import type { CompleteManifest } from '@darkroom/model-catalog';
import type { Graph } from '@darkroom/tensor';
import { DetectorPipeline } from '../detection/detector-pipeline.js';
import { decode } from './decode.js';
import { prepare } from './prepare.js';
import type { RcnnSignature } from './signature.js';

/** One loaded rcnn model. Its graph takes one picture a run: how many rows belong to which of several is not in it. */
export function rcnnPipeline(
  manifest: CompleteManifest,
  graph: Graph,
  signature: RcnnSignature,
): DetectorPipeline {
  const { boxes, classes, scores, masks } = signature.outputs;
  return new DetectorPipeline(manifest, graph, {
    inputName: signature.inputName,
    outputNames: [boxes, classes, scores, ...(masks === null ? [] : [masks])],
    takesBatches: false,
    classes: signature.classes,
    prepare: (picture, kept) => prepare(picture, manifest.preparation, signature, kept),
    decode: (outputs, prepared, options) => decode(outputs, signature, prepared, options),
  });
}
