import {
  type ArtifactRole,
  type EmbeddingOptions,
  type EverythingOptions,
  MASK_OUTPUTS,
  type MaskOutput,
  type PictureFormat,
  type PromptsOptions,
  REFINABLE_MASKS_MAX,
} from '@darkroom/contracts';
import { drawMasks, encodeGrey16, labelMap, type MaskStyle, type Pixels } from '@darkroom/imaging';
import { encodeNpy, type Float32Tensor } from '@darkroom/tensor';
import type { PipelineArtifact } from '../family.js';
import { artifactOf, pictureArtifact } from '../picture-artifact.js';
import type { AnsweredMask } from './answered-mask.js';

/** What the artifacts of one picture are made of. */
export interface SegmentedPicture {
  readonly picture: Pixels;
  /** In the order of the result. */
  readonly masks: readonly AnsweredMask[];
  readonly embedding: () => Float32Tensor;
  /** The picture as the network saw it. */
  readonly modelInput: () => Pixels;
}

/** How the overlay is made. */
export interface OverlayOptions extends MaskStyle {
  readonly format: PictureFormat;
}

/** A job that was queued by an older api says nothing of how masks are drawn. */
export function overlayOptions(
  options: PromptsOptions | EverythingOptions | EmbeddingOptions,
): OverlayOptions {
  const format = options.output_format;
  if (options.mode === 'embedding') return { format };
  return { format, opacity: options.overlay_opacity, hasOutlines: options.overlay_outlines };
}

type Maker = (segmented: SegmentedPicture, overlay: OverlayOptions) => Promise<PipelineArtifact>;

export const EMBEDDING_FILE = 'embedding.npy';

const MAKERS: Readonly<Record<MaskOutput, Maker>> = {
  overlay: async ({ picture, masks }, { format, ...style }) => {
    const drawn = drawMasks(
      picture,
      masks.map(({ mask }) => mask),
      style,
    );
    return pictureArtifact('overlay', null, drawn, format);
  },
  label_map: async ({ picture, masks }) => {
    const { width, height } = picture;
    const labels = labelMap(
      masks.map(({ mask }) => mask),
      masks.map(({ area }) => area),
      width,
      height,
    );
    return artifactOf('label_map', null, await encodeGrey16(labels, width, height), 'png', picture);
  },
  embedding: async ({ embedding }) => npyArtifact('embedding', EMBEDDING_FILE, null, encodeNpy(embedding())),
  model_input: async ({ modelInput }) => pictureArtifact('model_input', null, modelInput(), 'png'),
};

/** The artifacts asked for, in the order in which the contract lists them. */
export async function makeArtifacts(
  segmented: SegmentedPicture,
  outputs: readonly string[],
  overlay: OverlayOptions,
): Promise<PipelineArtifact[]> {
  const artifacts: PipelineArtifact[] = [];
  // One after the other: each holds a picture of the full size while it is encoded.
  for (const output of MASK_OUTPUTS) {
    if (outputs.includes(output)) artifacts.push(await MAKERS[output](segmented, overlay));
  }
  return artifacts;
}

/** The logits of the first masks, as far as they were kept, for prompts that refine them. */
export function logitsArtifacts(masks: readonly AnsweredMask[]): PipelineArtifact[] {
  return masks.slice(0, REFINABLE_MASKS_MAX).flatMap(({ logits }, index) => {
    if (logits === null) return [];
    const { bits, height, width } = logits;
    const npy = encodeNpy({ type: 'float16', dims: [height, width], data: bits });
    return npyArtifact('mask_logits', `mask_logits-${index}.npy`, index, npy);
  });
}

function npyArtifact(
  role: ArtifactRole,
  name: string,
  index: number | null,
  bytes: Buffer,
): PipelineArtifact {
  return { name, role, index, mediaType: 'application/octet-stream', width: null, height: null, bytes };
}
