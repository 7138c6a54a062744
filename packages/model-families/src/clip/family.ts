import { DarkroomError } from '@darkroom/contracts';
import { describeProblem, type LoadedManifest } from '@darkroom/model-catalog';
import type { GraphSignature } from '@darkroom/tensor';
import type { Family } from '../family.js';
import { normalizationOf } from '../prepare-picture.js';
import { checkTokenizer } from '../text-tokenizer/check-tokenizer.js';
import { openTokenizer } from '../text-tokenizer/open-tokenizer.js';
import { ClipOptionsSchema, optionsOf, requestOptions } from './options.js';
import { graphPartsOf, PICTURE_ENCODER, TEXT_ENCODER } from './parts.js';
import { PictureEncoder } from './picture-encoder.js';
import { ClipPipeline } from './pipeline.js';
import { readSignature } from './signature.js';
import { TextEncoder } from './text-encoder.js';

/**
 * CLIP: an encoder of pictures and one of texts, whose embeddings are alike where a text says what a picture shows. CLIP,
 * OpenCLIP and SigLIP as Hugging Face's tools export them, in one graph or in two.
 */
export const clip: Family = {
  name: 'clip',
  task: 'analysis',
  optionsSchema: ClipOptionsSchema,
  graphParts: graphPartsOf,
  capabilities: () => ['image_text_similarity'],
  requestOptions,
  inputSize: ({ preparation: { width, height } }) => ({ width: width ?? null, height: height ?? null }),
  check: (model, signatures) => {
    const { signature, problems } = readSignature(model.manifest, signatures);
    const tokenCount = tokensOf(model, signature?.text.tokenCount ?? null);
    return [...problems, ...checkTokenizer(model, '', tokenCount, 'the tokenizer')];
  },
  load(model, graphs) {
    const signatures: Readonly<Record<string, GraphSignature>> = graphs;
    const { signature, problems } = readSignature(model.manifest, signatures);
    if (!signature) throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
    const { manifest } = model;
    const { text, picture } = signature;
    const { logit_scale: scale = 100, logit_bias: bias = 0 } = optionsOf(manifest);
    return new ClipPipeline(manifest, {
      tokenizer: openTokenizer(model, '', tokensOf(model, text.tokenCount)),
      texts: new TextEncoder(graphs[TEXT_ENCODER]!, text),
      pictures: new PictureEncoder(graphs[PICTURE_ENCODER]!, picture, normalizationOf(manifest.preparation)),
      takesBatches: picture.takesBatches,
      logitScale: async () => ({ scale, bias }),
    });
  },
};

/** @returns how many tokens of a text are read; `null` where the tokenizer's files say it */
function tokensOf({ manifest }: LoadedManifest, tokenCount: number | null): number | null {
  return tokenCount ?? optionsOf(manifest).max_tokens ?? null;
}
