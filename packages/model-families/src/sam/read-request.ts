import {
  type AutomaticOptions,
  DarkroomError,
  type PromptOptions,
  type SegmentationOptions,
} from '@darkroom/contracts';
import type { Box, Size } from '@darkroom/imaging';
import { decodeNpy } from '@darkroom/tensor';
import type { PipelineInput } from '../family.js';
import { GENERATOR_DEFAULTS, type GeneratorOptions } from './generator-options.js';
import type { Prompt } from './prompt-tokens.js';

/** What a job asks for, in the words of the code. */
export type SamRequest =
  | { readonly mode: 'prompts'; readonly prompts: readonly Prompt[]; readonly multimask: boolean }
  | { readonly mode: 'everything'; readonly generator: GeneratorOptions; readonly maxMasks: number }
  | { readonly mode: 'embedding' };

/**
 * @param maskCells the size of masks that the decoder takes; `null` where it takes none
 * @throws DarkroomError `option_not_supported` for an earlier mask that isn't one of this decoder
 */
export function readRequest(
  { options, attachments = {} }: Pick<PipelineInput, 'options' | 'attachments'>,
  maskCells: Size | null,
): SamRequest {
  const wire = options as SegmentationOptions;
  switch (wire.mode) {
    case 'prompts': {
      const prompts = wire.prompts.map((prompt, i) => ({
        points: prompt.points ?? [],
        box: (prompt.box ?? null) as Box | null,
        mask: prompt.mask ? earlierMask(prompt.mask, attachments[`#/prompts/${i}/mask`], maskCells) : null,
      }));
      return { mode: 'prompts', prompts, multimask: wire.multimask };
    }
    case 'everything':
      return {
        mode: 'everything',
        generator: generatorOptions(wire.automatic),
        maxMasks: wire.automatic.max_masks,
      };
    case 'embedding':
      return { mode: 'embedding' };
    default:
      throw new DarkroomError(
        'option_not_supported',
        `Expected mode prompts, everything or embedding, got ${wire.mode}. Choose another model for it, or leave mode out.`,
      );
  }
}

function generatorOptions(automatic: AutomaticOptions): GeneratorOptions {
  return {
    pointsPerSide: automatic.points_per_side,
    pointsPerBatch: automatic.points_per_batch,
    predIouThresh: automatic.pred_iou_thresh,
    stabilityScoreThresh: automatic.stability_score_thresh,
    stabilityScoreOffset: automatic.stability_score_offset,
    boxNmsThresh: automatic.box_nms_thresh,
    cropNLayers: automatic.crop_n_layers,
    cropNmsThresh: GENERATOR_DEFAULTS.cropNmsThresh,
    cropOverlapRatio: automatic.crop_overlap_ratio,
    cropNPointsDownscaleFactor: automatic.crop_n_points_downscale_factor,
    minMaskRegionArea: automatic.min_mask_region_area,
  };
}

function earlierMask(
  { job, index }: NonNullable<PromptOptions['mask']>,
  npy: Buffer | undefined,
  cells: Size | null,
): Float32Array {
  if (npy === undefined) {
    throw new DarkroomError('internal_error', `The logits of mask ${index} of job ${job} were not given.`);
  }
  const { dims, data } = decodeNpy(npy);
  const [height, width] = dims;
  if (cells && dims.length === 2 && width === cells.width && height === cells.height) return data;
  const taken = cells ? `takes masks of ${cells.width} × ${cells.height}` : 'takes no masks';
  throw new DarkroomError(
    'option_not_supported',
    `The model ${taken}; mask ${index} of job ${job} is [${dims.join(', ')}]. Refine masks that the same model made.`,
  );
}
