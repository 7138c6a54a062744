import { setImmediate as nextTurn } from 'node:timers/promises';
import { DarkroomError } from '@darkroom/contracts';
import type { Box, Point } from '@darkroom/imaging';
import { float32Tensor } from '@darkroom/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { ChunkRunner } from '../chunk-runner.js';
import { NO_SHORTAGE } from '../run-memory.js';
import { goldenTensor } from '../testing/golden.js';
import { countsOf, type GoldenOptions, samEverything } from '../testing/sam-golden.js';
import { encoderPlacement } from './encoder-placement.js';
import { generateMasks, type MaskGeneration } from './generate-masks.js';
import { GENERATOR_DEFAULTS, type GeneratorOptions } from './generator-options.js';
import type { PointMasks } from './mask-finder.js';

const { width, height, side, options: goldenOptions, runs } = samEverything;

/** Options as segment-anything names them, under ours. */
function optionsFrom(golden: GoldenOptions): GeneratorOptions {
  const camelCase = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const given = Object.entries({ ...goldenOptions, ...golden }).map(([name, value]) => [
    camelCase(name),
    value,
  ]);
  return { ...GENERATOR_DEFAULTS, ...Object.fromEntries(given) };
}

let logits: Awaited<ReturnType<typeof goldenTensor>>;
let iouPredictions: typeof logits;

beforeAll(async () => {
  logits = await goldenTensor('sam/everything-logits.npy');
  iouPredictions = await goldenTensor('sam/everything-iou.npy');
});

/** Answers with the masks of the golden data, prompt after prompt, as it did when the golden data was made. */
class RecordedDecoder {
  #at = 0;
  readonly chunks: number[] = [];
  readonly crops: Box[] = [];
  /** Whether a mask that nobody wants comes before those of each point. */
  constructor(readonly hasSingleMask = false) {}

  readonly encodeCrop = async (cropBox: Box) => {
    this.crops.push(cropBox);
    const size = { width: cropBox[2] - cropBox[0], height: cropBox[3] - cropBox[1] };
    return {
      placement: encoderPlacement(size, 'longest-side', side),
      resize: 'longest-side' as const,
      decodePoints: async (points: readonly Point[]) => this.#decode(points),
    };
  };

  #decode(points: readonly Point[]): PointMasks {
    this.chunks.push(points.length);
    const from = this.#at;
    this.#at += points.length;
    const part = (values: typeof logits) => {
      const [, masks = 0, ...shape] = values.dims;
      const length = shape.reduce((product, size) => product * size, 1);
      const skipped = this.hasSingleMask ? 1 : 0;
      const data = new Float32Array(points.length * (masks + skipped) * length).fill(1);
      for (let i = 0; i < points.length; i++) {
        const own = values.data.subarray((from + i) * masks * length, (from + i + 1) * masks * length);
        data.set(own, (i * (masks + skipped) + skipped) * length);
      }
      return float32Tensor(data, [points.length, masks + skipped, ...shape]);
    };
    return {
      lowResLogits: part(logits),
      iouPredictions: part(iouPredictions),
      hasSingleMask: this.hasSingleMask,
    };
  }
}

function generate(golden: GoldenOptions, decoder: RecordedDecoder, more: Partial<MaskGeneration> = {}) {
  return generateMasks({
    picture: { width, height },
    options: optionsFrom(golden),
    encodeCrop: decoder.encodeCrop,
    runner: new ChunkRunner('points'),
    steps: { step() {} },
    memory: NO_SHORTAGE,
    ...more,
  });
}

describe('everything in a picture', () => {
  it.each(runs)('is what segment-anything finds, in its order: $options', async ({ options, masks }) => {
    const found = await generate(options, new RecordedDecoder());
    expect(masks.length).toBeGreaterThan(10);
    expect(found.map(({ mask }) => countsOf(mask))).toEqual(masks.map(({ counts }) => counts));
    for (const [i, golden] of masks.entries()) {
      const { box, area, cropBox, point, predictedIou, stabilityScore } = found[i]!;
      const [x0, y0, boxWidth, boxHeight] = golden.bbox as [number, number, number, number];
      const [cropX, cropY, cropWidth, cropHeight] = golden.crop_box as [number, number, number, number];
      expect(area).toBe(golden.area);
      expect(box).toEqual([x0, y0, x0 + boxWidth + 1, y0 + boxHeight + 1]);
      expect(cropBox).toEqual([cropX, cropY, cropX + cropWidth, cropY + cropHeight]);
      expect(point[0]).toBeCloseTo(golden.point[0], 9);
      expect(point[1]).toBeCloseTo(golden.point[1], 9);
      expect(predictedIou).toBeCloseTo(golden.predicted_iou, 5);
      expect(stabilityScore).toBeCloseTo(golden.stability_score, 5);
    }
  });

  it('takes no notice of the mask that is meant for prompts that are not ambiguous', async () => {
    const expected = await generate({}, new RecordedDecoder());
    expect(await generate({}, new RecordedDecoder(true))).toEqual(expected);
  });

  it('is given up, and said why, when more masks pass the thresholds than memory is meant for', async () => {
    const tooMany = generate({}, new RecordedDecoder(), { maxMaskBytes: 5000 });
    await expect(tooMany).rejects.toMatchObject({
      code: 'option_not_supported',
      message: expect.stringMatching(/^The first \d+ masks that pass .* Raise pred_iou_thresh/),
    });
  });

  it('is nothing where no mask is good enough', async () => {
    expect(await generate({ pred_iou_thresh: 2, crop_n_layers: 1 }, new RecordedDecoder())).toEqual([]);
  });
});

/** Says when runs begin and end, and when what they gave is looked at. */
class WatchedDecoder extends RecordedDecoder {
  readonly events: string[] = [];
  readonly #failsAt: number | null;

  /** @param failsAt which run finds no memory, once */
  constructor(failsAt: number | null = null) {
    super();
    this.#failsAt = failsAt;
  }

  readonly encodeWatched = async (cropBox: Box) => {
    const crop = await this.encodeCrop(cropBox);
    let runs = 0;
    const decodePoints = async (points: readonly Point[]): Promise<PointMasks> => {
      const run = ++runs;
      this.events.push(`run ${run} begins`);
      await nextTurn();
      this.events.push(`run ${run} ends`);
      if (run === this.#failsAt) throw new DarkroomError('out_of_memory', 'none left');
      const masks = await crop.decodePoints(points);
      const told = () => this.events.push(`run ${run} is looked through`);
      return {
        ...masks,
        get lowResLogits() {
          told();
          return masks.lowResLogits;
        },
      };
    };
    return { ...crop, decodePoints };
  };
}

describe('what a run gave', () => {
  const lookedThrough = (run: number) => `run ${run} is looked through`;

  it('is looked through while the next one goes on', async () => {
    const decoder = new WatchedDecoder();
    await generate({}, decoder, { encodeCrop: decoder.encodeWatched });
    const { events } = decoder;
    for (const run of [1, 2, 3]) {
      expect(events.indexOf(lookedThrough(run))).toBeGreaterThan(events.indexOf(`run ${run + 1} begins`));
      expect(events.lastIndexOf(lookedThrough(run))).toBeLessThan(events.indexOf(`run ${run + 1} ends`));
    }
    expect(events.at(-1)).toBe(lookedThrough(4));
  });

  it('is kept, once, when the next one finds no memory', async () => {
    const expected = await generate({}, new RecordedDecoder());
    const decoder = new WatchedDecoder(2);
    expect(await generate({}, decoder, { encodeCrop: decoder.encodeWatched })).toEqual(expected);
    expect(decoder.chunks).toEqual([10, 5, 5, 5, 5, 5, 1]);
  });

  it('is not waited for alone: when it is too much, the next run has ended before that is said', async () => {
    const decoder = new WatchedDecoder();
    const tooMany = generate({}, decoder, { encodeCrop: decoder.encodeWatched, maxMaskBytes: 1 });
    await expect(tooMany).rejects.toMatchObject({ code: 'option_not_supported' });
    expect(decoder.events.at(-1)).toBe('run 2 ends');
  });
});

describe('the points', () => {
  it('are decoded some at a time, crop after crop, and counted on', async () => {
    const decoder = new RecordedDecoder();
    const told: [number, number][] = [];
    await generate({ crop_n_layers: 1 }, decoder, { steps: { step: (...step) => told.push(step) } });
    expect(decoder.crops).toHaveLength(5);
    expect(decoder.chunks).toEqual([10, 10, 10, 6, 9, 9, 9, 9]);
    expect(told.every(([, steps]) => steps === 72)).toBe(true);
    const done = told.map(([points]) => points);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect([done[0], done.at(-1)]).toEqual([0, 72]);
  });

  it('are given up when nobody wants them any more, before the next crop is encoded', async () => {
    const decoder = new RecordedDecoder();
    const canceled = new Error('canceled');
    const steps = {
      step(done: number) {
        if (done >= 36) throw canceled;
      },
    };
    await expect(generate({ crop_n_layers: 1 }, decoder, { steps })).rejects.toBe(canceled);
    expect(decoder.crops).toHaveLength(1);
  });

  it('must each have masks', async () => {
    const decoder = new RecordedDecoder();
    const encodeCrop: MaskGeneration['encodeCrop'] = async (box) => {
      const crop = await decoder.encodeCrop(box);
      return { ...crop, decodePoints: (points) => crop.decodePoints(points.slice(1)) };
    };
    await expect(generate({}, decoder, { encodeCrop })).rejects.toThrow(
      'Expected masks of [10, masks, height, width] and a prediction for each, got tensors of [9, 3, 16, 16] and [9, 3].',
    );
  });
});
