import { areaOfRuns, type Box, type MaskRuns, type Point, type Size } from '@darkroom/imaging';
import type { ChunkRunner } from '../chunk-runner.js';
import type { StepCounter } from '../family.js';
import type { RunMemory } from '../run-memory.js';
import { type Crop, cropBoxes } from './crop-boxes.js';
import type { FoundMask } from './found-mask.js';
import type { GeneratorOptions } from './generator-options.js';
import { HeldMasks } from './held-masks.js';
import { type EncodedCrop, MaskFinder, type PointMasks } from './mask-finder.js';
import { MasksOfCrop } from './masks-of-crop.js';
import { pointGrids } from './point-grids.js';
import { cleanMasks, suppressBetweenCrops, suppressWithinCrop } from './suppress-masks.js';

/** One of all the things that were found in a picture. All coordinates are in pixels of the picture. */
export interface GeneratedMask {
  readonly mask: MaskRuns;
  /** In pixels. */
  readonly area: number;
  readonly box: Box;
  readonly predictedIou: number;
  readonly stabilityScore: number;
  /** The point that led to it, and the part of the picture that it was found in. */
  readonly point: Point;
  readonly cropBox: Box;
}

/** A part of the picture that is encoded, and can be asked for what is at its points. */
export interface CropDecoder extends Omit<EncodedCrop, 'box'> {
  /** @param points in pixels of the crop; each is a prompt by itself */
  decodePoints(points: readonly Point[]): Promise<PointMasks>;
}

export interface MaskGeneration {
  readonly picture: Size;
  readonly options: GeneratorOptions;
  /** @param cropBox in whole pixels of the picture; the first is the whole picture */
  readonly encodeCrop: (cropBox: Box) => Promise<CropDecoder>;
  readonly runner: ChunkRunner;
  /** Told of points done, in all crops. */
  readonly steps: StepCounter;
  readonly memory: RunMemory;
  /** What masks may take before those found twice are left out. Default 1 GiB. */
  readonly maxMaskBytes?: number;
}

/**
 * Everything in a picture: what a grid of points leads to, without what is bad or found twice. The same masks in the
 * same order as segment-anything's `SamAutomaticMaskGenerator`.
 */
export async function generateMasks(generation: MaskGeneration): Promise<GeneratedMask[]> {
  const { picture, options } = generation;
  const crops = cropBoxes(picture, options.cropNLayers, options.cropOverlapRatio);
  const found = await findInCrops(crops, generation);
  const distinct = crops.length > 1 ? suppressBetweenCrops(found, options.cropNmsThresh) : found;
  const { minMaskRegionArea: minArea, boxNmsThresh, cropNmsThresh } = options;
  const clean = minArea > 0 ? cleanMasks(distinct, minArea, Math.max(boxNmsThresh, cropNmsThresh)) : distinct;
  return clean.map(generatedMask);
}

/** @throws DarkroomError `option_not_supported` when thresholds let more masks through than memory is meant for */
async function findInCrops(crops: readonly Crop[], generation: MaskGeneration): Promise<FoundMask[]> {
  const { options, steps, maxMaskBytes } = generation;
  const held = new HeldMasks(maxMaskBytes);
  const grids = pointGrids(options.pointsPerSide, options.cropNLayers, options.cropNPointsDownscaleFactor);
  const pointsInAll = crops.reduce((sum, { layer }) => sum + grids[layer]!.length, 0);
  const found: FoundMask[][] = [];
  let pointsBefore = 0;
  for (const { box, layer } of crops) {
    const grid = grids[layer]!;
    const done = pointsBefore;
    // Tells whether anybody still wants it before a crop is encoded, too.
    steps.step(done, pointsInAll);
    const countOn: StepCounter = { step: (points) => steps.step(done + points, pointsInAll) };
    found.push(await findInCrop(box, grid, { ...generation, steps: countOn }, held));
    pointsBefore += grid.length;
  }
  return found.flat();
}

async function findInCrop(
  cropBox: Box,
  grid: readonly Point[],
  { picture, options, encodeCrop, runner, steps, memory }: MaskGeneration,
  held: HeldMasks,
): Promise<FoundMask[]> {
  const decoder = await encodeCrop(cropBox);
  const { placement, resize } = decoder;
  const finder = new MaskFinder({ box: cropBox, placement, resize }, picture, options);
  const width = cropBox[2] - cropBox[0];
  const height = cropBox[3] - cropBox[1];
  const points = grid.map(([x, y]): Point => [x * width, y * height]);
  const masks = new MasksOfCrop(finder, held);
  await runner.run(points, {
    chunkSize: options.pointsPerBatch,
    runChunk: async (chunk) => {
      await masks.addRun(chunk, decoder.decodePoints(chunk));
      return chunk;
    },
    steps,
    memory,
  });
  return suppressWithinCrop(masks.takeAll(), options.boxNmsThresh);
}

function generatedMask({ inclusiveBox, ...found }: FoundMask): GeneratedMask {
  const [x0, y0, x1, y1] = inclusiveBox;
  const area = areaOfRuns(found.mask);
  return { ...found, area, box: area === 0 ? [x0, y0, x0, y0] : [x0, y0, x1 + 1, y1 + 1] };
}
