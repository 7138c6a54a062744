import type { LoadedManifest } from '@darkroom/model-catalog';
import type { Graph } from '@darkroom/tensor';
import { normalizationOf, resizePicture } from '../prepare-picture.js';
import { openTokenizer } from '../text-tokenizer/open-tokenizer.js';
import { LogitScaleSource } from './logit-scale.js';
import { measureLogits, probePicture } from './measure-logits.js';
import { type ClipOptions, optionsOf } from './options.js';
import { isWhole, PICTURE_ENCODER, TEXT_ENCODER, WHOLE } from './parts.js';
import { PictureEncoder } from './picture-encoder.js';
import type { ClipParts } from './pipeline.js';
import type { ClipSignature } from './signature.js';
import { TextEncoder } from './text-encoder.js';

/** @returns how many tokens of a text are read; `null` where the tokenizer's files say it */
export function tokensOf({ max_tokens }: ClipOptions, tokenCount: number | null): number | null {
  return tokenCount ?? max_tokens ?? null;
}

/** What a pipeline works with, of two graphs or of one. */
export function openParts(
  model: LoadedManifest,
  graphs: Readonly<Record<string, Graph>>,
  signature: ClipSignature,
): ClipParts {
  const { preparation } = model.manifest;
  const options = optionsOf(model.manifest);
  const tokenizer = openTokenizer(model, '', tokensOf(options, signature.text.tokenCount));
  const normalization = normalizationOf(preparation);
  const { takesBatches } = signature.picture;
  if (!isWhole(model.manifest)) {
    const texts = new TextEncoder(graphs[TEXT_ENCODER]!, signature.text);
    const pictures = new PictureEncoder(graphs[PICTURE_ENCODER]!, signature.picture, normalization);
    const logitScale = new LogitScaleSource(options, null);
    return { tokenizer, texts, pictures, takesBatches, logitScale };
  }
  const graph = graphs[WHOLE]!;
  // It takes no text without a picture, and no picture without a text.
  const anyPicture = new PictureEncoder(graph, signature.picture, normalization).feedsOf([
    resizePicture(probePicture(), preparation),
  ]);
  const anyText = new TextEncoder(graph, signature.text).feedsOf([tokenizer.tokenize('')]);
  const texts = new TextEncoder(graph, signature.text, anyPicture);
  const pictures = new PictureEncoder(graph, signature.picture, normalization, anyText);
  const { logitsName } = signature;
  const measure =
    logitsName === null ? null : () => measureLogits(graph, { signature, logitsName, tokenizer, texts });
  return { tokenizer, texts, pictures, takesBatches, logitScale: new LogitScaleSource(options, measure) };
}
