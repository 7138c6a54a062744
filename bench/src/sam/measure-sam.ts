import { rm } from 'node:fs/promises';
import type { SamSettings } from '../arguments.js';
import { photoOfOneMegapixel } from '../bench-photo.js';
import { findPhotoFile } from '../find-files.js';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import type { EncoderSize } from './image-encoder-graph.js';
import { type EverythingRow, measureEverything } from './measure-everything.js';
import { measurePrompts, type PromptFigures } from './measure-prompts.js';
import { type SamModelFolder, writeSamModel } from './sam-model-folder.js';

export interface SamFigures {
  readonly prompts: PromptFigures;
  readonly everything: readonly EverythingRow[];
}

/** What prompts cost when the picture is new and when it is known, and everything in a large picture. */
export async function measureSam(settings: SamSettings, resources: Resources): Promise<SamFigures> {
  const photo = await photoOfOneMegapixel(findPhotoFile(settings.photoFile));
  progress('writing models as large as Segment Anything');
  const large = await writeModel('vit-b', resources);
  const prompts = await measurePrompts(large, photo, settings, resources);
  // What encodes the picture is of no interest here: it is done once.
  const everything = await measureEverything(await writeModel('none', resources), resources);
  return { prompts, everything };
}

async function writeModel(size: EncoderSize, resources: Resources): Promise<SamModelFolder> {
  const model = await writeSamModel(size);
  return resources.add(model, ({ modelsFolder }) => rm(modelsFolder, { recursive: true, force: true }));
}
