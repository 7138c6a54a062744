import { parse } from 'node:path';
import type { PictureFormat } from '@darkroom/contracts';

/** What is put before the names of files, as the original does. */
const PREFIX = {
  part: 'OUTPUT_PARTIAL_IMAGE_',
  text: 'OUTPUT_BASE',
  textOfPart: 'OUTPUT_PARTIAL_IMAGE_BASE_',
} as const;

/** The names of the files that are made of a drawn picture and its parts. */
export interface OutputNames {
  /** In `output/images`. */
  readonly picture: string;
  part(index: number): string;
  /** In `output/string_images`. */
  readonly texts: readonly string[];
  textOfPart(index: number): string;
}

/**
 * @param picture name of the drawn picture
 * @param from where the picture came: of one that was sent, its text is also in a file that the next call overwrites
 */
export function outputNames(picture: string, from: 'request' | 'folder'): OutputNames {
  const { name } = parse(picture);
  const ownText = `${PREFIX.text}_${name}.txt`;
  return {
    picture,
    part: (index) => `${PREFIX.part}${name}_${index}.jpg`,
    texts: from === 'request' ? [`${PREFIX.text}.txt`, ownText] : [ownText],
    textOfPart: (index) => `${PREFIX.textOfPart}${name}_${index}.txt`,
  };
}

const FORMATS: Readonly<Record<string, PictureFormat>> = { '.png': 'png', '.webp': 'webp' };

/** The format that a drawn picture's name asks for; a JPEG where it asks for one that is not written. */
export function formatNamed(picture: string): PictureFormat {
  return FORMATS[parse(picture).ext.toLowerCase()] ?? 'jpeg';
}
