import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage, type Pixels } from '@darkroom/imaging';
import { openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import { threadBudget } from '@darkroom/inference/thread-budget';
import { type LoadedManifest, readCatalog } from '@darkroom/model-catalog';
import { FAMILIES, NO_SHORTAGE, NO_STEPS, openModel } from '@darkroom/model-families';
import { writeTestModel } from '@darkroom/testkit';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import { type DarknetFiles, readDarknetFiles } from './darknet-files.js';
import { startDarknet } from './darknet-program.js';
import { findPythonWithOpencv, startOpencv } from './opencv-program.js';
import { inThisProcess, type Timed, type TimedRow, timeByTurns } from './timed-rounds.js';

const MAX_PIXELS = 100_000_000;

export interface InferenceTimes {
  readonly width: number;
  readonly height: number;
  /** Darkroom is the first of those with as many threads. */
  readonly rows: readonly (TimedRow & { readonly threads: number })[];
  /** Programs that are not installed here. */
  readonly missing: readonly string[];
}

/** How long a Darknet network takes for a photo: in Darkroom, in OpenCV and in Darknet itself, with as many threads. */
export async function measureInference(
  files: { readonly modelFolder: string; readonly photoFile: string },
  turns: { readonly rounds: number; readonly measureMs: number },
  resources: Resources,
): Promise<InferenceTimes> {
  const darknet = await readDarknetFiles(files.modelFolder);
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
  resources.add(folder, (path) => rm(path, { recursive: true, force: true }));
  const model = await writeModel(darknet, folder);
  const photo = await decodeImage(await readFile(files.photoFile), { maxPixels: MAX_PIXELS });
  const python = findPythonWithOpencv();
  const parties: { threads: number; timed: Timed }[] = [];
  for (const threads of new Set([1, threadBudget()])) {
    parties.push({ threads, timed: await openDarkroom(model, photo, threads, resources) });
    if (python) {
      parties.push({ threads, timed: startOpencv(python, darknet, files.photoFile, threads, resources) });
    }
    const other = threads === 1 ? startDarknet(darknet, files.photoFile, folder, resources) : null;
    if (other) parties.push({ threads, timed: other });
  }
  progress('inference beside other programs');
  const timed = await timeByTurns(
    parties.map((party) => party.timed),
    turns,
  );
  const rows = timed.map((row, i) => ({ ...row, threads: parties[i]!.threads }));
  const isMissing = (name: string) => !rows.some((row) => row.name.startsWith(name));
  const { width, height } = darknet;
  return { width, height, rows, missing: ['OpenCV', 'Darknet'].filter(isMissing) };
}

/** The model as a user has it, read through the catalog. */
async function writeModel({ imported }: DarknetFiles, folder: string): Promise<LoadedManifest> {
  await writeTestModel(folder, { id: 'darknet', graph: imported.model, manifest: imported.manifest });
  const { models, rejected } = await readCatalog([folder], { families: FAMILIES });
  if (models[0]) return models[0];
  throw new Error(`the imported model is refused: ${JSON.stringify(rejected)}`);
}

/** The inference stage alone, of one picture, as an inference process does it. */
async function openDarkroom(
  model: LoadedManifest,
  picture: Pixels,
  intraOpThreads: number,
  resources: Resources,
): Promise<Timed> {
  const { providers } = await resolveDevice(parseDevice('cpu'));
  const opened = await openModel(model, (path) => openGraph(path, { providers, intraOpThreads }));
  const { pipeline } = resources.add(opened, (it) => it.close());
  const prepared = await pipeline.prepare({ picture, options: {} });
  return inThisProcess('Darkroom', () => pipeline.infer([prepared], NO_STEPS, NO_SHORTAGE));
}
