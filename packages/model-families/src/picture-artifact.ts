import type { ArtifactRole, PictureFormat } from '@darkroom/contracts';
import { encodePicture, type Pixels } from '@darkroom/imaging';
import type { PipelineArtifact } from './family.js';

const FILES = {
  png: { extension: 'png', mediaType: 'image/png' },
  jpeg: { extension: 'jpg', mediaType: 'image/jpeg' },
  webp: { extension: 'webp', mediaType: 'image/webp' },
} as const;

/** Name of a picture among a job's artifacts: `overlay.jpg`, `crop-0.jpg`. */
export function artifactName(role: ArtifactRole, index: number | null, format: PictureFormat): string {
  return `${role}${index === null ? '' : `-${index}`}.${FILES[format].extension}`;
}

/** @param index which detection it shows; `null` for what shows all */
export async function pictureArtifact(
  role: ArtifactRole,
  index: number | null,
  pixels: Pixels,
  format: PictureFormat,
): Promise<PipelineArtifact> {
  return artifactOf(role, index, await encodePicture(pixels, format), format, pixels);
}

export function artifactOf(
  role: ArtifactRole,
  index: number | null,
  bytes: Buffer,
  format: PictureFormat,
  { width, height }: { readonly width: number; readonly height: number },
): PipelineArtifact {
  const name = artifactName(role, index, format);
  return { name, role, index, mediaType: FILES[format].mediaType, width, height, bytes };
}
