import type { Preparation } from '@darkroom/contracts';
import { describeSpec } from '@darkroom/tensor';
import { IMAGENET_STATISTICS } from '../imagenet-statistics.js';
import type { GraphCandidate, Recognition } from '../recognition.js';

/** What encoders call what they give: segment-anything's and transformers', those of SAM 2 by level, samexporter's SAM 2. */
const EMBEDDING = /^image_embed(dings(\.\d+)?)?$/;
const OF_SAM_2 = /^(high_res_feats_0|image_embeddings\.0)$/;
const USUAL_SIDE = 1024;

/**
 * Whether a graph is the encoder of a Segment Anything. Its embedding has the shape of logits for each class and pixel,
 * which it must not be taken for.
 */
export function recognize({ signature, layout, width, height }: GraphCandidate): Recognition | null {
  const embedding = signature.outputs.find(({ name, dims }) => EMBEDDING.test(name) && dims.length === 4);
  if (!embedding || signature.inputs.length !== 1) return null;
  const resize: Partial<Preparation> = signature.outputs.some(({ name }) => OF_SAM_2.test(name))
    ? { resize: 'stretch' }
    : { resize: 'letterbox', letterbox_anchor: 'top-left', letterbox_rounding: 'round-half-up' };
  // One that takes a picture without a batch normalizes by itself.
  const normalizes = signature.inputs[0]!.dims.length === 3;
  return {
    sureness: 'certain',
    reason: `output ${describeSpec(embedding)} is what the encoder of a Segment Anything gives; it needs a decoder beside it`,
    classes: null,
    preparation: {
      ...resize,
      width: width ?? USUAL_SIDE,
      height: height ?? USUAL_SIDE,
      resampler: 'pil-bilinear',
      ...(layout === 'nhwc' && { layout }),
      ...(normalizes ? { scale: 1 } : IMAGENET_STATISTICS),
    },
    familyOptions: {},
  };
}
