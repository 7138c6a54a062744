import { join, resolve } from 'node:path';
import { type ImportedDarknet, importDarknet, readDarknetFolder } from '@darkroom/model-catalog/darknet';

/** A Darknet model: what Darkroom makes of it, and the paths that other programs read it from. */
export interface DarknetFiles {
  readonly imported: ImportedDarknet;
  readonly cfg: string;
  readonly weights: string;
  readonly names: string | null;
  readonly classes: number;
  /** The network's input in pixels. */
  readonly width: number;
  readonly height: number;
}

export async function readDarknetFiles(folder: string): Promise<DarknetFiles> {
  const read = await readDarknetFolder(folder);
  const imported = importDarknet(read);
  const { labels, preparation } = imported.manifest;
  const { cfg, weights, names } = read.fileNames;
  const path = (name: string) => resolve(join(folder, name));
  return {
    imported,
    cfg: path(cfg),
    weights: path(weights),
    names: names === undefined ? null : path(names),
    classes: labels.length,
    width: preparation.width!,
    height: preparation.height!,
  };
}
