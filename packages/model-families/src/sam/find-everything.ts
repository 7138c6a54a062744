import { type Box, cropPicture, type Pixels, type Point } from '@darkroom/imaging';
import type { ChunkRunner } from '../chunk-runner.js';
import type { StepCounter } from '../family.js';
import type { RunMemory } from '../run-memory.js';
import type { AnsweredMask } from './answered-mask.js';
import type { EncoderResize } from './encoder-placement.js';
import { type CropDecoder, type GeneratedMask, generateMasks } from './generate-masks.js';
import type { GeneratorOptions } from './generator-options.js';
import type { PictureEncoder } from './picture-encoder.js';
import type { EncodedPicture, PromptDecoder } from './prompt-decoder.js';
import type { Prompt } from './prompt-tokens.js';

export interface EverythingToFind {
  readonly pixels: Pixels;
  /** The whole picture; its crops are encoded when their turn comes. */
  readonly picture: EncodedPicture;
  readonly generator: GeneratorOptions;
  readonly maxMasks: number;
  readonly resize: EncoderResize;
  readonly encoder: PictureEncoder;
  readonly decoder: PromptDecoder;
  readonly runner: ChunkRunner;
  readonly steps: StepCounter;
  readonly memory: RunMemory;
}

/** The masks of all that is in a picture, the largest `maxMasks` of them, largest first. */
export async function findEverything(asked: EverythingToFind): Promise<AnsweredMask[]> {
  const { pixels, generator, maxMasks, decoder, runner, steps, memory } = asked;
  const pointsPerBatch = Math.min(generator.pointsPerBatch, decoder.promptsPerRun(pointPrompt([0, 0])));
  const found = await generateMasks({
    picture: pixels,
    options: { ...generator, pointsPerBatch },
    encodeCrop: (box) => encodeCrop(box, asked),
    runner,
    steps,
    memory,
  });
  return found
    .filter(({ area }) => area > 0)
    .sort((a, b) => b.area - a.area)
    .slice(0, maxMasks)
    .map(answerOf);
}

async function encodeCrop(
  box: Box,
  { pixels, picture, resize, encoder, decoder }: EverythingToFind,
): Promise<CropDecoder> {
  const crop = isWhole(box, pixels) ? picture : await encodePart(cropPicture(pixels, box, 0), encoder);
  return {
    placement: crop.placement,
    resize,
    decodePoints: (points) => decoder.decode(crop, points.map(pointPrompt)),
  };
}

async function encodePart(pixels: Pixels, encoder: PictureEncoder): Promise<EncodedPicture> {
  const placement = encoder.place(pixels);
  return { placement, embedding: await encoder.encode(encoder.tensor(pixels, placement)) };
}

function isWhole([x0, y0, x1, y1]: Box, { width, height }: Pixels): boolean {
  return x0 === 0 && y0 === 0 && x1 === width && y1 === height;
}

function pointPrompt([x, y]: Point): Prompt {
  return { points: [{ x, y, positive: true }], box: null, mask: null };
}

function answerOf({ mask, area, box, predictedIou, stabilityScore, point }: GeneratedMask): AnsweredMask {
  return { mask, area, box, predictedIou, stabilityScore, point, promptIndex: null, logits: null };
}
