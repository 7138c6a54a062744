import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import { encodePicture } from '@darkroom/imaging';
import { segmentationGraph, writeTestModel } from '@darkroom/testkit';
import type { DropInSettings } from '../arguments.js';
import { AskedProcess } from '../asked-process.js';
import { photoOfOneMegapixel } from '../bench-photo.js';
import { BenchService } from '../bench-service.js';
import { type MachineUse, watchMachine } from '../machine-use.js';
import { forgetPeak, readPeak } from '../peak-memory.js';
import { readProcessorTimes } from '../processor-time.js';
import { progress } from '../progress.js';
import type { Resources } from '../resources.js';
import type { FromWholeAnswer, ToWholeAnswer, WholeAnswer } from './whole-answer-messages.js';

/** Pascal VOC's, with the background. */
const CLASSES = 21;
const SIDE = 512;
const MODEL = 'bench-classes';
export const AT_ONCE = 4;

/** The full answer of segmentation-api, to so many clients at once. */
export interface StreamedAnswers {
  readonly bytes: number;
  /** From sending the picture to the first byte, and to the last, of each. */
  readonly firstByteMs: readonly number[];
  readonly elapsedMs: readonly number[];
  /** Of the api, for each answer; `null` where the system doesn't tell. */
  readonly processorMs: number | null;
  /** The most that the api held meanwhile. */
  readonly peakBytes: number;
  readonly use: MachineUse | null;
}

export interface DropInRound {
  readonly alone: StreamedAnswers;
  readonly atOnce: StreamedAnswers;
  readonly whole: WholeAnswer;
}

export interface DropInFigures {
  readonly rounds: readonly DropInRound[];
  /** Of the api before any answer. */
  readonly idleBytes: number;
}

/** What the full answer of segmentation-api takes, streamed and built in memory. */
export async function measureDropIn(
  { rounds }: DropInSettings,
  resources: Resources,
): Promise<DropInFigures> {
  progress(`writing a model of ${CLASSES} classes, starting Redis, api and worker`);
  const folder = resources.add(await mkdtemp(join(tmpdir(), 'darkroom-bench-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  await writeModel(folder);
  const service = await BenchService.start(resources, { DARKROOM_COMPAT: 'segmentation-api' });
  await service.startWorkers(folder, MODEL, [null]);
  const picture = await encodePicture(await photoOfOneMegapixel(null), 'jpeg');
  const idleBytes = readPeak(service.api.pid);
  const files = await readArtifacts(service, picture);
  await streamedAnswers(service, picture, 1);
  const measured: DropInRound[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    measured.push({
      alone: await streamedAnswers(service, picture, 1),
      atOnce: await streamedAnswers(service, picture, AT_ONCE),
      whole: await wholeAnswer(files),
    });
  }
  return { rounds: measured, idleBytes };
}

async function writeModel(folder: string): Promise<void> {
  const labels = Array.from({ length: CLASSES }, (_, id) => `class ${id}`);
  const preparation = {
    resize: 'stretch' as const,
    width: SIDE,
    height: SIDE,
    resampler: 'pil-bilinear' as const,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  } satisfies ModelManifest['preparation'];
  const graph = segmentationGraph({ classes: CLASSES });
  await writeTestModel(folder, {
    id: MODEL,
    graph,
    manifest: { labels, preparation, runtime: { preload: true } },
  });
}

/** The same numbers by the service's own interface. */
async function readArtifacts({ client }: BenchService, picture: Buffer) {
  const outputs = ['logits', 'probabilities'] as const;
  const submission = { image: picture, outputs: [...outputs] };
  const job = await client.waitForEnd(await client.submitSegmentation(submission));
  const [logits, probabilities] = await Promise.all(
    outputs.map((role) => client.artifact(job, `${role}.npy`)),
  );
  return { logits: logits!, probabilities: probabilities! };
}

async function streamedAnswers(
  { url, api }: BenchService,
  picture: Buffer,
  count: number,
): Promise<StreamedAnswers> {
  const used = watchMachine();
  const pids = { api: api.pid };
  const before = readProcessorTimes(pids).api;
  forgetPeak(api.pid);
  const answers = await Promise.all(Array.from({ length: count }, () => askForAll(url, picture)));
  const after = readProcessorTimes(pids).api;
  return {
    bytes: answers[0]!.bytes,
    firstByteMs: answers.map(({ firstByteMs }) => firstByteMs),
    elapsedMs: answers.map(({ elapsedMs }) => elapsedMs),
    processorMs: before === null || after === null ? null : (after - before) / count,
    peakBytes: readPeak(api.pid),
    use: used(),
  };
}

/** Reads an answer as it comes, and keeps nothing of it. */
async function askForAll(url: string, picture: Buffer) {
  const body = new FormData();
  body.append('infer_model_type', 'onnx');
  body.append('file', new Blob([picture]), 'photo.jpg');
  const beganMs = performance.now();
  const answer = await fetch(`${url}/infer/file`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  let firstByteMs = 0;
  let bytes = 0;
  for await (const chunk of answer.body!) {
    if (bytes === 0) firstByteMs = performance.now() - beganMs;
    bytes += chunk.length;
  }
  return { bytes, firstByteMs, elapsedMs: performance.now() - beganMs };
}

/** In a process of its own each time, so that the peak is that of one. */
async function wholeAnswer(files: Pick<ToWholeAnswer, 'logits' | 'probabilities'>): Promise<WholeAnswer> {
  const main = new URL('./whole-answer-process.js', import.meta.url);
  const built = new AskedProcess<ToWholeAnswer, FromWholeAnswer>('the whole answer', main);
  try {
    return await built.ask({ type: 'build', ...files }, 'built');
  } finally {
    await built.stop();
  }
}
