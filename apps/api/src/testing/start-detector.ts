import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePicture, type PictureFormat, pixelsOf } from '@darkroom/imaging';
import { candidateOutput, detectionGraph, writeTestModel } from '@darkroom/testkit';
import { type RunningService, type ServiceOptions, startService, startWorker } from './start-service.js';

export const DETECTOR = 'detector';
export const LABELS = ['cat', 'dog', 'bird'];

/** Pictures of this size come onto the detector's input at half their size, with 16 rows of padding above. */
export const WIDTH = 128;
export const HEIGHT = 64;

const SIDE = 64;
const CELLS = 16;
/** Of the grids with strides of 8, 16 and 32. */
const CANDIDATES = 84;
/**
 * How far right of its place in a black picture the cat is in a white one, in pixels of the picture: on the input half
 * of it, but half of the input is black padding.
 */
const CAT_MOVES = 32;

const output = { classes: LABELS.length, count: CANDIDATES, coefficients: 2 };

/** What is in a black picture, with boxes in pixels of the input: a cat, seen twice, a dog, and a bird of a low score. */
const candidates = [
  { box: [16, 32, 16, 16], scores: { 0: 0.9 }, coefficients: [1, 0] },
  { box: [17, 32, 16, 16], scores: { 0: 0.8 }, coefficients: [1, 0] },
  { box: [48, 32, 24, 16], scores: { 1: 0.6 }, coefficients: [0, 1] },
  { box: [8, 20, 8, 8], scores: { 2: 0.125 }, coefficients: [1, 0] },
] as const;

/** The first prototype is in the mask everywhere, the second has a hole in the middle of the dog. */
function prototypes(): number[] {
  const everywhere = Array.from({ length: CELLS ** 2 }, () => 1);
  const isHole = (x: number, y: number) => x >= 11 && x <= 12 && y >= 7 && y <= 8;
  return [...everywhere, ...everywhere.map((_, at) => (isHole(at % CELLS, Math.floor(at / CELLS)) ? -1 : 1))];
}

function detectorGraph(): Buffer {
  const cat = { box: [CAT_MOVES, 0, 0, 0], scores: {} } as const;
  const moved = candidateOutput([cat, cat], output);
  return detectionGraph({
    size: { width: SIDE, height: SIDE },
    freeBatch: true,
    outputs: [
      { ...candidateOutput(candidates, output), addedForWhite: moved.values },
      { name: 'prototypes', shape: [2, CELLS, CELLS], values: prototypes() },
    ],
  });
}

/** The service with a detector that finds a cat, a dog with a hole in its mask, and with a low threshold a bird. */
export async function startDetector(
  options: Pick<ServiceOptions, 'variables'> = {},
): Promise<RunningService> {
  const modelsFolder = await mkdtemp(join(tmpdir(), 'darkroom-models-'));
  await writeTestModel(modelsFolder, {
    id: DETECTOR,
    graph: detectorGraph(),
    manifest: {
      task: 'detection',
      family: 'yolo',
      labels: [...LABELS],
      preparation: {
        resize: 'letterbox',
        width: SIDE,
        height: SIDE,
        resampler: 'cv2-linear',
        padding_color: [0, 0, 0],
      },
      family_options: { masks: true },
      batching: { max_batch: 8 },
      runtime: { preload: true },
    },
  });
  const service = await startService({ ...options, models: [] });
  const worker = await startWorker(service.redis, modelsFolder, [DETECTOR]);
  return {
    ...service,
    worker,
    async stop() {
      await worker.end('SIGKILL');
      await service.stop();
      await rm(modelsFolder, { recursive: true, force: true });
    },
  };
}

/** A picture of one grey, 0 to 255. */
export function greyPhoto(
  grey: number,
  format: PictureFormat = 'png',
  width = WIDTH,
  height = HEIGHT,
): Promise<Buffer> {
  return encodePicture(pixelsOf(new Uint8Array(width * height * 3).fill(grey), width, height), format);
}

/** The left edge of the cat in a picture of one grey, in pixels of the picture. */
export function catLeft(grey: number): number {
  return 16 + (CAT_MOVES * grey) / 255;
}
