import type { PromptOptions, Rle } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pipeline } from '../family.js';
import { countDifferent, goldenFile, goldenPicture, wholeMask } from '../testing/golden.js';
import { ask, askEverything } from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';

interface GoldenMask {
  /** Lengths of runs of 0 and 1 in turn, column by column. */
  readonly counts: readonly number[];
  readonly predicted_iou: number;
}

interface GoldenPrompt {
  readonly points?: readonly (readonly [x: number, y: number, label: number])[];
  readonly box?: readonly number[];
  /** The prompt whose best mask this one refines. */
  readonly mask_of?: number;
  readonly best: GoldenMask;
  /** Best first. */
  readonly candidates: readonly GoldenMask[];
}

interface Golden {
  readonly side: number;
  readonly prompts: readonly GoldenPrompt[];
  readonly everything: {
    readonly options: Readonly<Record<string, number>>;
    readonly masks: readonly (GoldenMask & {
      readonly stability_score: number;
      readonly point: readonly number[];
    })[];
  };
}

let models: TestModels;
let pipeline: Pipeline;
let picture: Pixels;
let golden: Golden;

/** segment-anything's own networks with random weights, exported by its own wrapper. */
beforeAll(async () => {
  models = await TestModels.create();
  golden = JSON.parse((await goldenFile('sam/official.json')).toString());
  picture = await goldenPicture('sam/official.png');
  const [encoder, decoder] = await Promise.all(
    ['encoder', 'decoder'].map((part) => goldenFile(`sam/official-${part}.onnx`)),
  );
  pipeline = await models.open(
    { encoder: encoder!, decoder: decoder! },
    {
      family: 'sam',
      preparation: {
        resize: 'letterbox',
        width: golden.side,
        height: golden.side,
        letterbox_anchor: 'top-left',
        letterbox_rounding: 'round-half-up',
        resampler: 'pil-bilinear',
        scale: 1,
        mean: [123.675, 116.28, 103.53],
        std: [58.395, 57.12, 57.375],
      },
    },
  );
});

afterAll(() => models.delete());

const promptOf = ({ points, box, mask_of }: GoldenPrompt): PromptOptions => ({
  ...(points && { points: points.map(([x, y, label]) => ({ x, y, positive: label === 1 })) }),
  ...(box && { box: [...box] }),
  ...(mask_of !== undefined && { mask: { job: 'earlier', index: mask_of } }),
});

/** The masks of all prompts: those that refine one are asked after the others. */
async function answer(multimask: boolean) {
  const first = await ask(pipeline, picture, golden.prompts.filter(isFirst).map(promptOf));
  const attachments = Object.fromEntries(
    golden.prompts.flatMap(({ mask_of }, i) => {
      if (mask_of === undefined) return [];
      return [
        [`#/prompts/${i}/mask`, first.artifacts[`mask_logits-${placeOf(mask_of)}.npy`]!.bytes] as const,
      ];
    }),
  );
  return ask(pipeline, picture, golden.prompts.map(promptOf), { multimask }, { attachments });
}

const isFirst = ({ mask_of }: GoldenPrompt) => mask_of === undefined;

/** Where a prompt stands among those that refine nothing. */
const placeOf = (prompt: number) => golden.prompts.slice(0, prompt).filter(isFirst).length;

/** By column, as COCO has it. */
function goldenMask({ counts }: GoldenMask): Uint8Array {
  const columns = counts.flatMap((count, i) => Array.from({ length: count }, () => i % 2));
  const { width, height } = picture;
  return Uint8Array.from(
    { length: width * height },
    (_, at) => columns[(at % width) * height + Math.floor(at / width)]!,
  );
}

function expectSame(
  mask: { readonly rle?: Rle; readonly predicted_iou: number },
  expected: GoldenMask,
): void {
  expect(Math.abs(mask.predicted_iou - expected.predicted_iou)).toBeLessThan(1e-4);
  const different = countDifferent(wholeMask(mask.rle!), goldenMask(expected));
  // Where the logits are all but 0, the last bit of a product decides.
  expect(different).toBeLessThan(picture.width * picture.height * 0.001);
}

describe('segment-anything itself, exported with random weights', () => {
  it('has the best mask of each prompt as its predictor and its export choose it', async () => {
    const { masks } = await answer(false);
    expect(masks).toHaveLength(golden.prompts.length);
    for (const [i, { best }] of golden.prompts.entries()) expectSame(masks[i]!, best);
  });

  it('has all candidates of each prompt', async () => {
    const { masks } = await answer(true);
    const expected = golden.prompts.flatMap(({ candidates }) => candidates);
    expect(masks).toHaveLength(expected.length);
    for (const [i, candidate] of expected.entries()) expectSame(masks[i]!, candidate);
  });

  it('has the masks of everything that its generator finds', async () => {
    const { options, masks: expected } = golden.everything;
    const { masks } = await askEverything(pipeline, picture, options);
    expect(masks).toHaveLength(expected.length);
    for (const mask of masks) {
      // Here they come largest first, there best first.
      const same = expected.find(
        ({ point, predicted_iou }) =>
          Math.abs(predicted_iou - mask.predicted_iou) < 1e-4 &&
          Math.abs(point[0]! - mask.point!.x) < 0.01 &&
          Math.abs(point[1]! - mask.point!.y) < 0.01,
      );
      expectSame(mask, same!);
      expect(Math.abs(mask.stability_score - same!.stability_score)).toBeLessThan(1e-3);
    }
  });
});
