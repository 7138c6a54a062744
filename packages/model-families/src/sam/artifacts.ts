import {
  type ArtifactRole,
  MASK_OUTPUTS,
  type MaskOutput,
  type PictureFormat,
  REFINABLE_MASKS_MAX,
} from '@darkroom/contracts';
import { drawMasks, encodeGrey16, labelMap, type Pixels } from '@darkroom/imaging';
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

type Maker = (segmented: SegmentedPicture, format: PictureFormat) => Promise<PipelineArtifact>;

export const EMBEDDING_FILE = 'embedding.npy';

const MAKERS: Readonly<Record<MaskOutput, Maker>> = {
  overlay: async ({ picture, masks }, format) => {
    const drawn = drawMasks(
      picture,
      masks.map(({ mask }) => mask),
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
  format: PictureFormat,
): Promise<PipelineArtifact[]> {
  const artifacts: PipelineArtifact[] = [];
  // One after the other: each holds a picture of the full size while it is encoded.
  for (const output of MASK_OUTPUTS) {
    if (outputs.includes(output)) artifacts.push(await MAKERS[output](segmented, format));
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
