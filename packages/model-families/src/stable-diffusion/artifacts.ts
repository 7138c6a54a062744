import type { GenerationOptions, PictureFormat } from '@darkroom/contracts';
import { encodePicture, type Pixels, resample } from '@darkroom/imaging';
import type { PipelineArtifact } from '../family.js';
import { artifactOf } from '../picture-artifact.js';
import type { WantedPicture } from './request.js';

/** Of a preview, in pixels. */
const PREVIEW_SIDE_MAX = 256;

/** A finished picture, with what it was made of written into it. */
export async function imageArtifact(
  index: number,
  picture: Pixels,
  about: { readonly wanted: WantedPicture; readonly options: GenerationOptions; readonly model: string },
): Promise<PipelineArtifact> {
  const format: PictureFormat = about.options.output_format;
  const bytes = await encodePicture(picture, format, { description: descriptionOf(about) });
  return artifactOf('image', index, bytes, format, picture);
}

/** How far a picture is, small. @param step so many were done */
export async function previewArtifact(
  index: number,
  picture: Pixels,
  step: number,
): Promise<PipelineArtifact> {
  const shrink = Math.min(1, PREVIEW_SIDE_MAX / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) =>
    Math.max(1, Math.round(side * shrink)),
  );
  const { data } = resample('pil-bilinear', picture, width!, height!);
  const small: Pixels = { width: width!, height: height!, channels: 3, data: data as Uint8Array };
  const artifact = artifactOf('preview', index, await encodePicture(small, 'jpeg'), 'jpeg', small);
  return { ...artifact, name: `preview-${index}-step-${step}.jpg` };
}

/** Longer ones don't fit the metadata of every format. */
const DESCRIBED_CHARACTERS = 2000;

/** As JSON in ASCII, in the words of the request: sent again, it makes the same picture, among others of its seed. */
function descriptionOf(about: {
  readonly wanted: WantedPicture;
  readonly options: GenerationOptions;
  readonly model: string;
}): string {
  const { prompt: prompts, count, width, height, steps, guidance_scale } = about.options;
  const { scheduler, strength, seed } = about.options;
  const isShared = typeof seed === 'number';
  const { prompt, negativePrompt } = about.wanted;
  const parameters = {
    model: about.model,
    prompt: prompt.slice(0, DESCRIBED_CHARACTERS),
    negative_prompt: negativePrompt?.slice(0, DESCRIBED_CHARACTERS),
    width,
    height,
    steps,
    guidance_scale,
    scheduler,
    strength,
    seed: isShared ? seed : [about.wanted.seed],
    // Pictures of one seed draw their noise in turn: it takes as many to come to this one's.
    count: isShared ? prompts.length * count : 1,
  };
  return JSON.stringify(parameters).replace(/[\u007f-\uffff]/g, escaped);
}

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
