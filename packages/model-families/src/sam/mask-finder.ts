import { DarkroomError } from '@darkroom/contracts';
import {
  type Box,
  MaskEnlarger,
  type MaskThresholds,
  type Placement,
  type Point,
  type Size,
} from '@darkroom/imaging';
import type { Float32Tensor } from '@darkroom/tensor';
import { type EncoderResize, maskEnlargement } from './encoder-placement.js';
import { type FoundMask, inclusiveBoxOf } from './found-mask.js';
import type { GeneratorOptions } from './generator-options.js';
import { selectMasks } from './select-masks.js';
import { stabilityScore, thresholdsWith } from './stability-score.js';

/** What a decoder gives for some points, each a prompt by itself. */
export interface PointMasks {
  /** `[points, masks, height, width]` */
  readonly lowResLogits: Float32Tensor;
  /** `[points, masks]` */
  readonly iouPredictions: Float32Tensor;
  /** Whether the first of a prompt's masks is the decoder's single one, which the generator takes no notice of. */
  readonly hasSingleMask: boolean;
}

/** A crop as its encoder and decoder see it. */
export interface EncodedCrop {
  readonly box: Box;
  readonly placement: Placement;
  readonly resize: EncoderResize;
}

/** How near to an edge of its crop a mask is taken to be cut off by it, in pixels. */
const NEAR_PIXELS = 20;

/**
 * Finds the masks of a crop that are good enough: `_process_batch` of segment-anything's generator, and in its order,
 * so that what is filtered out early is never enlarged.
 */
export class MaskFinder {
  readonly #crop: EncodedCrop;
  readonly #picture: Size;
  readonly #options: GeneratorOptions;
  readonly #thresholds: MaskThresholds;
  #enlarger: MaskEnlarger | null = null;

  constructor(crop: EncodedCrop, picture: Size, options: GeneratorOptions) {
    this.#crop = crop;
    this.#picture = picture;
    this.#options = options;
    this.#thresholds = thresholdsWith(options.stabilityScoreOffset);
  }

  /**
   * @param points in pixels of the crop
   * @returns the masks that are kept, point after point
   * @throws DarkroomError `inference_failed` when the decoder's tensors do not fit together
   */
  find(points: readonly Point[], masks: PointMasks): FoundMask[] {
    const { dims, data } = masks.lowResLogits;
    const [count, perPoint = 0, height = 0, width = 0] = dims;
    requireMasks(points, masks);
    this.#enlarger ??= this.#openEnlarger({ width, height });
    const cells = height * width;
    return points.slice(0, count).flatMap((point, i) => {
      const iouPredictions = masks.iouPredictions.data.subarray(i * perPoint, (i + 1) * perPoint);
      const { hasSingleMask } = masks;
      return selectMasks({ iouPredictions, hasSingleMask, tokens: 1, multimask: true }).flatMap((mask) => {
        const at = (i * perPoint + mask) * cells;
        return this.#keep(data.subarray(at, at + cells), iouPredictions[mask]!, point) ?? [];
      });
    });
  }

  #openEnlarger(cells: Size): MaskEnlarger {
    const { box, placement, resize } = this.#crop;
    const part = { picture: this.#picture, x: box[0], y: box[1] };
    return new MaskEnlarger(maskEnlargement(placement, resize, cells, part));
  }

  #keep(logits: Float32Array, predictedIou: number, [x, y]: Point): FoundMask | null {
    const { predIouThresh, stabilityScoreThresh } = this.#options;
    // PyTorch compares in single precision.
    if (!Number.isFinite(predictedIou)) return null;
    if (predIouThresh > 0 && !(predictedIou > Math.fround(predIouThresh))) return null;
    const enlarged = this.#enlarger!.enlarge(logits, this.#thresholds);
    const stability = stabilityScore(enlarged);
    if (stabilityScoreThresh > 0 && !(stability >= Math.fround(stabilityScoreThresh))) return null;
    const mask = enlarged.runs();
    const [left, top] = this.#crop.box;
    const inclusiveBox = inclusiveBoxOf(mask, [left, top, left, top]);
    if (isNearCropEdge(inclusiveBox, this.#crop.box, this.#picture)) return null;
    const point: Point = [x + left, y + top];
    return {
      mask,
      inclusiveBox,
      predictedIou,
      stabilityScore: stability,
      point,
      cropBox: this.#crop.box,
    };
  }
}

/** Whether a box ends near an edge of its crop that isn't near the picture's: `is_box_near_crop_edge`. */
function isNearCropEdge(box: Box, cropBox: Box, picture: Size): boolean {
  const pictureBox: Box = [0, 0, picture.width, picture.height];
  return box.some(
    (edge, i) => Math.abs(edge - cropBox[i]!) <= NEAR_PIXELS && Math.abs(edge - pictureBox[i]!) > NEAR_PIXELS,
  );
}

function requireMasks(points: readonly Point[], { lowResLogits, iouPredictions }: PointMasks): void {
  const [count, perPoint] = lowResLogits.dims;
  const isOneForEach = count === points.length && iouPredictions.data.length === count * (perPoint ?? 0);
  if (lowResLogits.dims.length === 4 && isOneForEach) return;
  throw new DarkroomError(
    'inference_failed',
    `Expected masks of [${points.length}, masks, height, width] and a prediction for each, got tensors of ` +
      `[${lowResLogits.dims.join(', ')}] and [${iouPredictions.dims.join(', ')}].`,
  );
}
