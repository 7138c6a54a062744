import type { Preparation } from '@darkroom/contracts';
import type { GraphSignature } from '@darkroom/tensor';
import type { ACTIVATIONS } from './options.js';

/** What models of one training have in common that their graphs don't tell. */
export interface ClipKind {
  /** For people. */
  readonly name: string;
  readonly activation: (typeof ACTIVATIONS)[number];
  /** Whether pooled outputs of the two encoders are of different spaces. */
  readonly needsProjection: boolean;
  /** Whether what makes scores of similarities differs from model to model. */
  readonly needsLogits: boolean;
  readonly preparation: Partial<Preparation>;
  /** One that its makers name. */
  readonly template: string;
}

const CLIP: ClipKind = {
  name: 'CLIP',
  activation: 'softmax',
  needsProjection: true,
  needsLogits: false,
  preparation: {
    resize: 'shortest-edge',
    resampler: 'pil-bicubic',
    crop_rounding: 'transformers',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  template: 'a photo of a {}',
};

const SIGLIP: ClipKind = {
  name: 'SigLIP',
  activation: 'sigmoid',
  needsProjection: false,
  needsLogits: true,
  preparation: {
    resize: 'stretch',
    resampler: 'pil-bicubic',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
  template: 'This is a photo of {}.',
};

/**
 * By `model_type` of `config.json`; without, by what takes texts: that of a SigLIP has no mask.
 * @param signatures of the graphs that take texts
 */
export function kindOf(
  config: Readonly<Record<string, unknown>> | null,
  signatures: readonly GraphSignature[],
): ClipKind {
  const type = config?.model_type;
  if (typeof type === 'string') return /siglip/i.test(type) ? SIGLIP : CLIP;
  const isSiglip = signatures.some(
    ({ inputs, outputs }) =>
      !inputs.some(({ name }) => name === 'attention_mask') &&
      outputs.some(({ name }) => name === 'pooler_output' || name === 'logits_per_image'),
  );
  return isSiglip ? SIGLIP : CLIP;
}
