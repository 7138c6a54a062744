import type { ModelManifest } from '@darkroom/contracts';
import type { SamDecoderGraphOptions } from './sam-decoder-graph.js';
import type { SamEncoderGraphOptions } from './sam-encoder-graph.js';
import { DEFAULT_SIDE } from './sam-export.js';

/** The manifest that fits `samEncoderGraph` and `samDecoderGraph`: pixels from 0 to 1 without mean, padded black. */
export function samManifest(
  { exported, takesBoxes, prepares, side = DEFAULT_SIDE }: SamEncoderGraphOptions & SamDecoderGraphOptions,
  more: Partial<ModelManifest> = {},
): Partial<ModelManifest> {
  const square = { width: side, height: side, resampler: 'pil-bilinear' } as const;
  const letterbox = { letterbox_anchor: 'top-left', letterbox_rounding: 'round-half-up' } as const;
  const prompt_kinds = takesBoxes ? ['points', 'boxes'] : ['points'];
  return {
    family: 'sam',
    preparation: {
      ...(exported === 'sam2' ? { resize: 'stretch' } : { resize: 'letterbox', ...letterbox }),
      ...square,
      ...(prepares && { layout: 'nhwc', scale: 1 }),
    },
    ...(exported === 'transformers' && { family_options: { prompt_kinds } }),
    ...more,
  };
}
