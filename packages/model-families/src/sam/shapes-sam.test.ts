import type { AutomaticFields, PromptFields, SegmentedMask } from '@darkroom/contracts';
import { type Box, intersectionOverUnion } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedModel, openModel } from '../open-model.js';
import { readDemoModel, readGolden } from '../testing/demo-models.js';
import { ask, askEverything, click } from '../testing/sam-models.js';
import {
  readPicture,
  readSample,
  readSampleJson,
  readScenes,
  type Scene,
} from '../testing/sample-pictures.js';
import { openOnCpu } from '../testing/test-models.js';
import { maskOverlap, type RunLengths, wholeGoldenMask, wholeMask } from '../testing/whole-masks.js';
import { requestOptions } from './options.js';

/** Coarser than by default, so that the test is quick. */
const POINTS_PER_SIDE = 10;
/** A decoder run of 64 points takes a third of a second on a core that nobody else uses. */
const EVERYTHING_TIMEOUT_MS = 120_000;

/** What PyTorch and the masks of `models/training` answer. */
interface Golden {
  readonly everything: AutomaticFields;
  readonly tolerance: {
    readonly predicted_iou: number;
    readonly mask_iou: number;
    readonly stability_score: number;
  };
  readonly pictures: readonly {
    readonly file: string;
    readonly prompts: readonly GoldenPrompt[];
    readonly everything: readonly GoldenMask[];
  }[];
}

interface GoldenPrompt {
  /** `x`, `y`, and 1 for a point on the object. */
  readonly points: readonly (readonly [number, number, number])[];
  readonly box: [number, number, number, number] | null;
  /** The three masks in the decoder's order. */
  readonly masks: readonly GoldenMask[];
}

interface GoldenMask {
  readonly predicted_iou: number;
  readonly stability_score: number;
  readonly mask: RunLengths;
}

let loaded: LoadedManifest;
let model: OpenedModel;
let golden: Golden;

beforeAll(async () => {
  loaded = await readDemoModel('shapes-sam');
  model = await openModel(loaded, openOnCpu);
  golden = await readGolden<Golden>(loaded);
});

afterAll(() => model?.close());

const bestFirst = (masks: readonly GoldenMask[]) =>
  masks.toSorted((a, b) => b.predicted_iou - a.predicted_iou);

function expectMasks(found: readonly SegmentedMask[], expected: readonly GoldenMask[]): void {
  expect(found).toHaveLength(expected.length);
  const { tolerance } = golden;
  for (const [index, wanted] of expected.entries()) {
    const { predicted_iou, stability_score, rle } = found[index]!;
    expect(Math.abs(predicted_iou - wanted.predicted_iou)).toBeLessThan(tolerance.predicted_iou);
    expect(Math.abs(stability_score - wanted.stability_score)).toBeLessThan(tolerance.stability_score);
    expect(maskOverlap(wholeMask(rle!), wholeGoldenMask(wanted.mask))).toBeGreaterThan(tolerance.mask_iou);
  }
}

describe('the demo model shapes-sam', () => {
  it('answers points and boxes as PyTorch does: the same masks and scores', async () => {
    expect(golden.pictures.length).toBeGreaterThan(0);
    for (const { file, prompts } of golden.pictures) {
      const picture = await readPicture(`${loaded.folder}/${file}`);
      for (const { points, box, masks } of prompts) {
        const prompt = {
          points: points.map(([x, y, label]) => click(x, y, label === 1)),
          ...(box && { box }),
        };
        const answer = await ask(model.pipeline, picture, [prompt], { multimask: true });
        expectMasks(answer.masks, bestFirst(masks));
      }
    }
  });

  it('finds everything that PyTorch finds, and nothing else', {
    timeout: EVERYTHING_TIMEOUT_MS,
  }, async () => {
    for (const { file, everything } of golden.pictures) {
      const picture = await readPicture(`${loaded.folder}/${file}`);
      expect(everything.length).toBeGreaterThan(1);
      const { masks } = await askEverything(model.pipeline, picture, golden.everything);
      const bySize = (a: { area: number }, b: { area: number }) => b.area - a.area;
      const expected = everything.map((mask) => ({
        ...mask,
        area: wholeGoldenMask(mask.mask).filter(Boolean).length,
      }));
      expectMasks(masks, expected.toSorted(bySize));
    }
  });

  it('masks what the prompts of the sample pictures click on and box', async () => {
    const prompts = await readSampleJson<Record<string, PromptFields[]>>('prompts.json');
    const { scenes } = await readScenes();
    expect(Object.keys(prompts)).toEqual(scenes.map(({ file }) => file));
    for (const { file, instances } of scenes) {
      const picture = await readSample(file);
      const asked = prompts[file]!.map(({ points = [], box }) => ({
        points: points.map(({ x, y }) => click(x, y)),
        ...(box && { box }),
      }));
      const { masks } = await ask(model.pipeline, picture, asked);
      expect(masks).toHaveLength(asked.length);
      for (const { box } of masks) expect(bestOverlap(box, instances)).toBeGreaterThan(0.75);
    }
  });

  it('finds nearly all shapes of the sample pictures when asked for everything', {
    timeout: EVERYTHING_TIMEOUT_MS,
  }, async () => {
    const { automatic } = Value.Default(requestOptions(loaded.manifest), {}) as {
      automatic: Record<string, number>;
    };
    let [drawn, found, masks] = [0, 0, 0];
    for (const { file, instances } of (await readScenes()).scenes) {
      const picture = await readSample(file);
      const answer = await askEverything(model.pipeline, picture, {
        ...automatic,
        points_per_side: POINTS_PER_SIDE,
      });
      drawn += instances.length;
      masks += answer.masks.length;
      found += instances.filter(({ box }) =>
        answer.masks.some((mask) => bestOverlap(mask.box, [{ box }]) > 0.5),
      ).length;
    }
    expect(drawn).toBeGreaterThan(20);
    expect(found / drawn).toBeGreaterThan(0.8);
    expect(masks - found).toBeLessThan(drawn / 5);
  });
});

function bestOverlap(
  box: readonly number[],
  instances: readonly Pick<Scene['instances'][number], 'box'>[],
): number {
  return Math.max(...instances.map((instance) => intersectionOverUnion(instance.box, box as unknown as Box)));
}
