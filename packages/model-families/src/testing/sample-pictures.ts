import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Box, decodeImage, type Pixels } from '@darkroom/imaging';

const SAMPLES = fileURLToPath(new URL('../../../../examples/pictures', import.meta.url));
const MAX_PIXELS = 1e7;

/** What was drawn on a sample picture. */
export interface Scene {
  readonly file: string;
  readonly instances: readonly { readonly shape: string; readonly color: string; readonly box: Box }[];
}

interface Scenes {
  readonly scenes: readonly Scene[];
  /** Names of the ground truth's values. */
  readonly classes: readonly string[];
}

export async function readScenes(): Promise<Scenes> {
  return readSampleJson<Scenes>('ground-truth/scenes.json');
}

export async function readSampleJson<Content>(name: string): Promise<Content> {
  return JSON.parse(await readFile(`${SAMPLES}/${name}`, 'utf8')) as Content;
}

export async function readPicture(path: string): Promise<Pixels> {
  return decodeImage(await readFile(path), { maxPixels: MAX_PIXELS });
}

export async function readSample(file: string): Promise<Pixels> {
  return readPicture(`${SAMPLES}/${file}`);
}

/** Of each pixel of a sample picture what is there, a class of {@link readScenes}; 0 is the background. */
export async function readGroundTruth(file: string): Promise<Pixels> {
  return readSample(`ground-truth/${file.replace(/\.\w+$/, '.png')}`);
}
