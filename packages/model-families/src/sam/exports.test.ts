import { SAM_PREDICTIONS } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pipeline } from '../family.js';
import {
  ask,
  askEverything,
  BLUE,
  BOXES,
  boxesPicture,
  click,
  GREEN,
  openSam,
  overlapWithColor,
  RED,
  type SamGraphs,
} from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';

const EXPORTS: Readonly<Record<string, SamGraphs>> = {
  'segment-anything': { exported: 'meta' },
  'segment-anything, a prompt a run': { exported: 'meta', onePromptARun: true },
  'segment-anything with an encoder that prepares': { exported: 'meta', prepares: true },
  'transformers with boxes': { exported: 'transformers', takesBoxes: true },
  'transformers without boxes': { exported: 'transformers' },
  'SAM 2': { exported: 'sam2' },
};

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

describe.each(Object.entries(EXPORTS))('a model as %s exports it', (_, graphs) => {
  let pipeline: Pipeline;
  const picture = boxesPicture;
  const takesBoxes = graphs.exported !== 'transformers' || graphs.takesBoxes === true;
  /** The decoder's mask for prompts that are not ambiguous, where it gives one. */
  const sure = graphs.exported === 'meta' ? SAM_PREDICTIONS.single : SAM_PREDICTIONS.object;

  beforeAll(async () => {
    pipeline = await openSam(models, graphs);
    await pipeline.warmUp();
  });

  it('gives what is under a click', async () => {
    const { result, masks } = await ask(pipeline, picture, [{ points: [click(60, 16)] }]);
    expect(result).toMatchObject({ kind: 'masks', width: 96, height: 64 });
    expect(masks).toHaveLength(1);
    expect(masks[0]).toMatchObject({ index: 0, prompt_index: 0, point: null });
    expect(masks[0]!.predicted_iou).toBeCloseTo(SAM_PREDICTIONS.object, 5);
    expect(masks[0]!.stability_score).toBeGreaterThan(0.9);
    expect(overlapWithColor(masks[0]!.rle, picture, GREEN)).toBeGreaterThan(0.9);
    for (const [edge, value] of [56, 6, 90, 34].entries()) {
      expect(Math.abs(masks[0]!.box[edge]! - value)).toBeLessThan(2);
    }
  });

  it('adds what is under a second click, and leaves out what a third says is not meant', async () => {
    const { masks } = await ask(pipeline, picture, [
      { points: [click(12, 12), click(60, 16)] },
      { points: [click(12, 12), click(60, 16), click(70, 20, false)] },
    ]);
    const [both, one] = masks;
    expect(overlapWithColor(both!.rle, picture, GREEN)).toBeGreaterThan(0.3);
    expect(overlapWithColor(both!.rle, picture, RED)).toBeGreaterThan(0.3);
    expect(overlapWithColor(one!.rle, picture, RED)).toBeGreaterThan(0.85);
    expect(both!.predicted_iou).toBeCloseTo(sure, 5);
  });

  it.runIf(takesBoxes)('gives what is in a box, with points or without', async () => {
    const [x0, y0, x1, y1] = BOXES[1].box;
    const { masks } = await ask(pipeline, picture, [
      { box: [x0 - 2, y0 - 2, x1 + 2, y1 + 2] },
      { box: [x0 - 2, y0 - 2, x1 + 2, y1 + 2], points: [click(60, 10)] },
      { box: [14, 18, 40, 46], points: [click(24, 30, false)] },
    ]);
    expect(overlapWithColor(masks[0]!.rle, picture, GREEN)).toBeGreaterThan(0.9);
    expect(overlapWithColor(masks[1]!.rle, picture, GREEN)).toBeGreaterThan(0.9);
    expect(masks[2]!.area).toBe(0);
    expect(masks[2]!.box).toEqual([0, 0, 0, 0]);
  });

  it('gives all candidates of each prompt, best first', async () => {
    const { masks } = await ask(
      pipeline,
      picture,
      [{ points: [click(60, 16)] }, { points: [click(24, 30)] }],
      { multimask: true },
    );
    const { object, part, whole } = SAM_PREDICTIONS;
    expect(masks.map(({ prompt_index }) => prompt_index)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(masks.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const [i, expected] of [object, part, whole, object, part, whole].entries()) {
      expect(masks[i]!.predicted_iou).toBeCloseTo(expected, 5);
    }
    expect(overlapWithColor(masks[3]!.rle, picture, BLUE)).toBeGreaterThan(0.75);
    expect(masks[2]!.area).toBe(96 * 64);
  });

  it('answers prompts of all kinds in one request, in their order', async () => {
    const { masks } = await ask(pipeline, picture, [
      { points: [click(24, 30)] },
      { points: [click(12, 12), click(44, 50)] },
      ...(takesBoxes ? [{ box: [56, 6, 90, 34] }] : []),
      { points: [click(60, 16)] },
    ]);
    const colors = [BLUE, RED, ...(takesBoxes ? [GREEN] : []), GREEN];
    expect(masks.map(({ prompt_index }) => prompt_index)).toEqual(colors.map((_, i) => i));
    for (const [i, color] of colors.entries()) {
      expect(overlapWithColor(masks[i]!.rle, picture, color)).toBeGreaterThan(0.75);
    }
  });

  it('finds everything, largest first', async () => {
    const { masks } = await askEverything(pipeline, picture);
    expect(masks).toHaveLength(4);
    for (const [i, color] of [[0, 0, 0] as const, RED, GREEN, BLUE].entries()) {
      expect(overlapWithColor(masks[i]!.rle, picture, color)).toBeGreaterThan(0.75);
      const { x, y } = masks[i]!.point!;
      const at = (Math.floor(y) * 96 + Math.floor(x)) * 3;
      expect([...picture.data.subarray(at, at + 3)]).toEqual([...color]);
      expect(masks[i]!.prompt_index).toBeNull();
    }
  });
});
