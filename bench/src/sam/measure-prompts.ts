import type { Job } from '@darkroom/contracts';
import { encodePicture, type Pixels, pixelsOf, type Size } from '@darkroom/imaging';
import { threadBudget, threadsPerProcess } from '@darkroom/inference/thread-budget';
import { BenchService } from '../bench-service.js';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import { DecoderAlone, type DecoderRun } from './decoder-alone.js';
import { maskOverlap } from './mask-overlap.js';
import { type Place, promptPlaces } from './prompt-places.js';
import { type PromptAnswer, PromptedModel, type PromptTimes } from './prompted-model.js';
import type { SamModelFolder } from './sam-model-folder.js';
import { type TimedBatch, timeBatch } from './timed-batch.js';
import { TransformersJs } from './transformers-js.js';
import type { TransformersAnswer } from './transformers-messages.js';

/** To open the large model, on a machine that does something else as well. */
const READY_WITHIN_MS = 300_000;

export interface PromptFigures {
  readonly picture: Size;
  /** Each round has a new picture: a first prompt on it, and some more. */
  readonly first: readonly TimedBatch<PromptTimes>[];
  readonly next: readonly TimedBatch<PromptTimes>[];
  /** One more prompt on each picture, to a worker that was started after all those. */
  readonly elsewhere: readonly TimedBatch<PromptTimes>[];
  readonly decoderAlone: readonly TimedBatch<DecoderRun>[];
  readonly transformers: TransformersFigures | null;
}

/** The same prompts on the same pictures in transformers.js. */
export interface TransformersFigures {
  readonly version: string;
  /** In milliseconds. */
  readonly first: readonly TimedBatch<number>[];
  readonly next: readonly TimedBatch<number>[];
  /** Of each mask with Darkroom's. */
  readonly overlaps: readonly number[];
  /** How far scores are apart. */
  readonly scoreDifferences: readonly number[];
}

export interface PromptSettings {
  readonly rounds: number;
  /** After the first, in each round. */
  readonly prompts: number;
  /** Where transformers.js is or shall be; `null` leaves it out. */
  readonly transformersFolder: string | null;
}

/** What a round asked and got. */
interface Round {
  readonly size: Size;
  readonly picture: Buffer;
  readonly places: readonly Place[];
  readonly answers: readonly PromptAnswer[];
  readonly first: TimedBatch<PromptTimes>;
  readonly next: TimedBatch<PromptTimes>;
}

/** Prompts on pictures that are new, and on those that are known, through the whole service. */
export async function measurePrompts(
  model: SamModelFolder,
  photo: Pixels,
  { rounds: roundCount, prompts, transformersFolder }: PromptSettings,
  resources: Resources,
): Promise<PromptFigures> {
  const threads = threadsPerProcess(threadBudget(), 1);
  progress('starting Redis, api and a worker with the large model');
  const service = await BenchService.start(resources);
  const prompted = await startWorker(service, model);
  const alone = await DecoderAlone.open(model.decoderFile, threads, resources);
  const rounds: Round[] = [];
  const decoderAlone: TimedBatch<DecoderRun>[] = [];
  for (let i = 0; i < roundCount; i++) {
    progress(`round ${i + 1} of ${roundCount}: a new picture, 1 + ${prompts} prompts`);
    rounds.push(await askDarkroom(service, prompted, withoutRows(photo, i), prompts));
    decoderAlone.push(await timeBatch([process.pid], prompts, () => alone.run()));
  }
  await service.stopWorkers();
  progress('the same pictures, another worker');
  const elsewhere = await askAnotherWorker(service, model, rounds);
  await service.stopWorkers();
  return {
    picture: { width: photo.width, height: photo.height },
    first: rounds.map(({ first }) => first),
    next: rounds.map(({ next }) => next),
    elsewhere,
    decoderAlone,
    transformers:
      transformersFolder === null
        ? null
        : await askTransformers(transformersFolder, model, threads, rounds, resources),
  };
}

async function startWorker(
  service: BenchService,
  { modelsFolder, id }: SamModelFolder,
): Promise<PromptedModel> {
  await service.startWorkers(modelsFolder, id, [null], READY_WITHIN_MS);
  const prompted = new PromptedModel(service, id);
  await prompted.loaded();
  return prompted;
}

/** The first rows are kept: pictures that differ in nothing else are different pictures nevertheless. */
function withoutRows({ width, height, data }: Pixels, rows: number): Pixels {
  return pixelsOf(data.slice(0, width * (height - rows) * 3), width, height - rows);
}

async function askDarkroom(
  service: BenchService,
  prompted: PromptedModel,
  pixels: Pixels,
  prompts: number,
): Promise<Round> {
  const pids = pidsOf(service);
  const size = { width: pixels.width, height: pixels.height };
  const places = promptPlaces(size, 1 + prompts);
  const picture = await encodePicture(pixels, 'jpeg');
  const answers: PromptAnswer[] = [];
  const ask = async (image: Buffer | Job, place: Place) => {
    answers.push(await prompted.ask(image, place));
    return answers.at(-1)!.times;
  };
  const first = await timeBatch(pids, 1, () => ask(picture, places[0]!));
  const { job } = answers[0]!;
  const next = await timeBatch(pids, prompts, (i) => ask(job, places[1 + i]!));
  return { size, picture, places, answers, first, next };
}

const pidsOf = ({ api, redis, workers }: BenchService): number[] =>
  [api, redis, ...workers].map(({ pid }) => pid);

async function askAnotherWorker(service: BenchService, model: SamModelFolder, rounds: readonly Round[]) {
  const prompted = await startWorker(service, model);
  const batches: TimedBatch<PromptTimes>[] = [];
  for (const { answers, places } of rounds) {
    const ask = async () => (await prompted.ask(answers[0]!.job, places.at(-1)!)).times;
    batches.push(await timeBatch(pidsOf(service), 1, ask));
  }
  return batches;
}

async function askTransformers(
  folder: string,
  model: SamModelFolder,
  threads: number,
  rounds: readonly Round[],
  resources: Resources,
): Promise<TransformersFigures> {
  progress('the same prompts in transformers.js');
  const transformers = await TransformersJs.open(folder, model, threads, resources);
  const { pid, version } = transformers;
  const first: TimedBatch<number>[] = [];
  const next: TimedBatch<number>[] = [];
  const overlaps: number[] = [];
  const scoreDifferences: number[] = [];
  for (const { size, picture, places, answers } of rounds) {
    const compare = (i: number, { elapsedMs, mask, score }: TransformersAnswer): number => {
      const own = answers[i]!.mask;
      overlaps.push(maskOverlap(own, mask, size));
      scoreDifferences.push(Math.abs(own.predicted_iou - score));
      return elapsedMs;
    };
    const click = async () => compare(0, await transformers.click(picture, places[0]!));
    const clickAgain = async (i: number) => compare(i, await transformers.clickAgain(places[i]!));
    first.push(await timeBatch([pid], 1, click));
    next.push(await timeBatch([pid], places.length - 1, (i) => clickAgain(1 + i)));
  }
  await transformers.stop();
  return { version, first, next, overlaps, scoreDifferences };
}
