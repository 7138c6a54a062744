import { DarkroomError } from '@darkroom/contracts';
import { describeProblem } from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { checkTokenizer } from '../text-tokenizer/check-tokenizer.js';
import { openParts, tokensOf } from './open-parts.js';
import { ClipOptionsSchema, optionsOf, requestOptions } from './options.js';
import { graphPartsOf } from './parts.js';
import { ClipPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { readSignature } from './signature.js';

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
    const tokenCount = tokensOf(optionsOf(model.manifest), signature?.text.tokenCount ?? null);
    return [...problems, ...checkTokenizer(model, '', tokenCount, 'the tokenizer')];
  },
  load(model, graphs) {
    const { signature, problems } = readSignature(model.manifest, graphs);
    if (!signature) throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
    return new ClipPipeline(model.manifest, openParts(model, graphs, signature));
  },
  recognize,
};
