import type { ArtifactRole, Label, SemanticOptions, SemanticOutput } from '@darkroom/contracts';
import {
  type ClassIds,
  colorClassMap,
  encodeGrey8,
  encodeGrey16,
  encodePicture,
  type Logits,
  overlayClassMap,
  type Pixels,
  parseColor,
} from '@darkroom/imaging';
import { encodeNpy, softmaxOverFirstDimension } from '@darkroom/tensor';
import type { PipelineArtifact } from '../family.js';
import { logitsTensor } from './decode.js';

/** What the artifacts of one picture are made of. */
export interface SegmentedPicture {
  readonly picture: Pixels;
  readonly classIds: ClassIds;
  readonly logits: Logits;
  readonly labels: readonly Label[];
  /** Class id that the overlay leaves as it is; `null` for none. */
  readonly background: number | null;
  /** The picture as the network saw it. */
  modelInput(): Pixels;
}

type Maker = (segmented: SegmentedPicture, options: SemanticOptions) => Promise<PipelineArtifact>;

const PICTURE_FILES = {
  png: { extension: 'png', mediaType: 'image/png' },
  jpeg: { extension: 'jpg', mediaType: 'image/jpeg' },
  webp: { extension: 'webp', mediaType: 'image/webp' },
} as const;

const MAKERS: Readonly<Record<SemanticOutput, Maker>> = {
  segmentation_map: makeSegmentationMap,
  color_map: async ({ picture: { width, height }, classIds, labels }) =>
    pictureArtifact('color_map', colorClassMap(classIds, width, height, colorsOf(labels)), 'png'),
  overlay: async ({ picture, classIds, labels, background }, { output_format }) => {
    const options = background === null ? {} : { skipClass: background };
    return pictureArtifact(
      'overlay',
      overlayClassMap(picture, classIds, colorsOf(labels), options),
      output_format,
    );
  },
  logits: async ({ logits }) => npyArtifact('logits', encodeNpy(logitsTensor(logits))),
  probabilities: async ({ logits }) =>
    npyArtifact('probabilities', encodeNpy(softmaxOverFirstDimension(logitsTensor(logits)))),
  model_input: async ({ modelInput }) => pictureArtifact('model_input', modelInput(), 'png'),
};

/** The segmentation map, and the artifacts asked for, in the order in which the contract lists them. */
export async function makeArtifacts(
  segmented: SegmentedPicture,
  options: SemanticOptions,
): Promise<PipelineArtifact[]> {
  const artifacts: PipelineArtifact[] = [];
  // One after the other: each holds a picture of the full size while it is encoded.
  for (const [output, make] of Object.entries(MAKERS) as [SemanticOutput, Maker][]) {
    const isWanted = output === 'segmentation_map' || options.outputs.includes(output);
    if (isWanted) artifacts.push(await make(segmented, options));
  }
  return artifacts;
}

async function makeSegmentationMap({ picture: { width, height }, classIds }: SegmentedPicture) {
  const bytes =
    classIds instanceof Uint16Array
      ? await encodeGrey16(classIds, width, height)
      : await encodeGrey8(classIds, width, height);
  return artifact('segmentation_map', 'segmentation_map.png', 'image/png', bytes, { width, height });
}

async function pictureArtifact(role: ArtifactRole, pixels: Pixels, format: keyof typeof PICTURE_FILES) {
  const { extension, mediaType } = PICTURE_FILES[format];
  return artifact(role, `${role}.${extension}`, mediaType, await encodePicture(pixels, format), pixels);
}

function npyArtifact(role: ArtifactRole, bytes: Buffer): PipelineArtifact {
  return artifact(role, `${role}.npy`, 'application/octet-stream', bytes, { width: null, height: null });
}

function artifact(
  role: ArtifactRole,
  name: string,
  mediaType: string,
  bytes: Buffer,
  { width, height }: { width: number | null; height: number | null },
): PipelineArtifact {
  return { name, role, index: null, mediaType, width, height, bytes };
}

function colorsOf(labels: readonly Label[]) {
  return (classId: number) => parseColor(labels[classId]!.color);
}
