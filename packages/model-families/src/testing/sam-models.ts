import type { PromptOptions } from '@darkroom/contracts';
import { decodeRle, type Pixels } from '@darkroom/imaging';
import {
  type SamDecoderGraphOptions,
  type SamEncoderGraphOptions,
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
} from '@darkroom/testkit';
import type { Pipeline, PipelineArtifact, PipelineOutcome, StepCounter } from '../family.js';
import { NO_STEPS } from '../no-steps.js';
import { NO_SHORTAGE, type RunMemory } from '../run-memory.js';
import type { TestModels } from './test-models.js';

export type SamGraphs = SamEncoderGraphOptions & SamDecoderGraphOptions;

/** Meta's export, which takes all that a prompt can be. */
export const META: SamGraphs = { exported: 'meta' };

export const samGraphs = (options: SamGraphs) => ({
  encoder: samEncoderGraph(options),
  decoder: samDecoderGraph(options),
});

export const openSam = (models: TestModels, graphs: SamGraphs = META): Promise<Pipeline> =>
  models.open(samGraphs(graphs), samManifest(graphs));

export type Rgb = readonly [number, number, number];
export const RED: Rgb = [255, 0, 0];
export const GREEN: Rgb = [0, 255, 0];
export const BLUE: Rgb = [0, 0, 255];

/** A black picture with boxes of one colour each; later ones lie over earlier ones. */
export function pictureWith(
  width: number,
  height: number,
  boxes: readonly { readonly color: Rgb; readonly box: readonly [number, number, number, number] }[],
): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (const { color, box } of boxes) {
    for (let y = box[1]; y < box[3]; y++) {
      for (let x = box[0]; x < box[2]; x++) data.set(color, (y * width + x) * 3);
    }
  }
  return { width, height, channels: 3, data };
}

export const click = (x: number, y: number, positive = true) => ({ x, y, positive });

export interface RunOptions {
  readonly pictureSha256?: string;
  readonly attachments?: Readonly<Record<string, Buffer>>;
  readonly steps?: StepCounter;
  readonly memory?: RunMemory;
}

export interface SamAnswer extends Omit<PipelineOutcome, 'artifacts'> {
  readonly artifacts: Readonly<Record<string, PipelineArtifact>>;
}

const plainOptions = { mask_format: 'rle', polygon_tolerance: 1, outputs: [], output_format: 'png' };
const plainAutomatic = {
  points_per_side: 8,
  points_per_batch: 64,
  pred_iou_thresh: 0.88,
  stability_score_thresh: 0.8,
  stability_score_offset: 1,
  box_nms_thresh: 0.7,
  crop_n_layers: 0,
  crop_overlap_ratio: 512 / 1500,
  crop_n_points_downscale_factor: 1,
  min_mask_region_area: 0,
  max_masks: 1000,
};

/** A picture through all stages of a sam pipeline, alone. */
export async function runSam(
  pipeline: Pipeline,
  picture: Pixels,
  options: Readonly<Record<string, unknown>>,
  { steps: counter = NO_STEPS, memory = NO_SHORTAGE, ...about }: RunOptions = {},
): Promise<SamAnswer> {
  const input = { picture, options: { ...plainOptions, ...options }, ...about };
  const prepared = await pipeline.prepare(input);
  const steps = { ...NO_STEPS, step: (done: number, all: number) => counter.step(done, all) };
  const [inferred] = await pipeline.infer([prepared], steps, memory);
  const outcome = await pipeline.postprocess(inferred, prepared, input);
  const artifacts = Object.fromEntries(outcome.artifacts.map((artifact) => [artifact.name, artifact]));
  return { ...outcome, artifacts };
}

/** The masks of prompts. */
export async function ask(
  pipeline: Pipeline,
  picture: Pixels,
  prompts: readonly PromptOptions[],
  { multimask = false, ...options }: Readonly<Record<string, unknown>> = {},
  run: RunOptions = {},
) {
  return masksIn(await runSam(pipeline, picture, { mode: 'prompts', prompts, multimask, ...options }, run));
}

/** All masks of a picture. */
export async function askEverything(
  pipeline: Pipeline,
  picture: Pixels,
  automatic: Readonly<Record<string, number>> = {},
  run: RunOptions = {},
  options: Readonly<Record<string, unknown>> = {},
) {
  const all = { mode: 'everything', automatic: { ...plainAutomatic, ...automatic }, ...options };
  return masksIn(await runSam(pipeline, picture, all, run));
}

function masksIn(answer: SamAnswer) {
  if (answer.result && 'kind' in answer.result && answer.result.kind === 'masks') {
    return { ...answer, result: answer.result, masks: answer.result.masks };
  }
  throw new Error('expected a result of masks');
}

/** Intersection over union of a mask and all pixels of a colour. */
export function overlapWithColor(
  rle: { readonly size: readonly number[]; readonly counts: string } | undefined,
  { width, height, data }: Pixels,
  color: Rgb,
): number {
  const { x, y, ...mask } = decodeRle({ size: [height, width], counts: rle!.counts }, { maxPixels: 1e6 });
  let both = 0;
  let either = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * 3;
      const isColor = color.every((value, channel) => data[at + channel] === value);
      const [u, v] = [column - x, row - y];
      const isInside = u >= 0 && v >= 0 && u < mask.width && v < mask.height;
      const isMask = isInside && mask.data[v * mask.width + u] === 1;
      both += isColor && isMask ? 1 : 0;
      either += isColor || isMask ? 1 : 0;
    }
  }
  return both / either;
}

/** A red box with a blue one in it, and a green one, on black. */
export const BOXES = [
  { color: RED, box: [6, 8, 50, 58] },
  { color: GREEN, box: [56, 6, 90, 34] },
  { color: BLUE, box: [16, 20, 38, 44] },
] as const;
export const boxesPicture = pictureWith(96, 64, BOXES);
export const onGreen = { points: [click(70, 20)] };
export const onBlue = { points: [click(24, 30)] };
