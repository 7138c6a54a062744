import { CLIP_TOKENS, clipTokenizerFiles } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyze, openClip, problemsOfClip, regionOf, rowsOf } from '../testing/clip-models.js';
import { GREEN, pictureWith, RED } from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});
afterAll(() => models.delete());

const concepts = ['red', 'green', 'yellow'];
const picture = pictureWith(40, 40, [
  { color: RED, box: [0, 0, 40, 28] },
  { color: GREEN, box: [0, 28, 40, 40] },
]);
const UNKNOWN_SCALE = { family_options: {} };

type Model = Parameters<typeof openClip>[1];
const scoresOf = async (model: Model) => {
  const { pipeline } = await openClip(models, model);
  return (await analyze(pipeline, picture, { concepts })).result.concepts;
};

describe('an export', () => {
  it.each<[string, Model]>([
    ['with other types of ids', { text: { idsType: 'int32' } }],
    ['without a mask', { text: { takesMask: false } }],
    ['of texts of any length', { text: { tokens: null } }],
    ['without projections', { text: { isProjected: false }, picture: { isProjected: false } }],
    ['whose embeddings have any length', { text: { gain: 32 }, picture: { gain: 1 / 64 } }],
    ['of one text and one picture at a time', { text: { batch: 1 }, picture: { batch: 1 } }],
    ['of both encoders in one graph', { whole: {} }],
    ['of both encoders, one of each at a time', { whole: { batch: 1 } }],
    ['of both encoders, without logits', { whole: { givesLogits: false } }],
  ])('%s gives the same answers', async (_, model) => {
    expect(await scoresOf(model)).toEqual(await scoresOf({}));
  });

  it.each<[string, Model]>([
    ['two graphs', { text: { type: 'float16' }, picture: { type: 'float16' } }],
    ['one graph', { whole: { type: 'float16' }, manifest: UNKNOWN_SCALE }],
  ])('in half precision gives nearly the same: %s', async (__, model) => {
    const whole = await scoresOf({});
    for (const [i, { similarity, score }] of (await scoresOf(model)).entries()) {
      expect(similarity).toBeCloseTo(whole[i]!.similarity, 3);
      expect(Math.abs(score - whole[i]!.score)).toBeLessThan(0.01);
    }
  });
});

describe('a graph of both encoders', () => {
  it('shows by its logits what it multiplies similarities by', async () => {
    for (const [scale, bias] of [
      [20, 0],
      [7, -3],
    ] as const) {
      const shown = await scoresOf({ whole: { scale, bias }, manifest: UNKNOWN_SCALE });
      expect(shown).toEqual(await scoresOf({ manifest: { family_options: { logit_scale: scale } } }));
      const sigmoid = { activation: 'sigmoid' };
      const ofEach = await scoresOf({ whole: { scale, bias }, manifest: { family_options: sigmoid } });
      const told = { ...sigmoid, logit_scale: scale, logit_bias: bias };
      expect(ofEach).toEqual(await scoresOf({ manifest: { family_options: told } }));
      expect(ofEach.map(({ similarity }) => similarity)).toEqual(shown.map(({ similarity }) => similarity));
    }
  });

  it('takes chunks of texts and of pictures, each with one of the others', async () => {
    const { pipeline, runs } = await openClip(models, { whole: {} });
    const regions = [regionOf(picture, [0, 0, 40, 20]), regionOf(picture, [0, 30, 10, 40])];
    const { result } = await analyze(pipeline, picture, { scored: 'regions', concepts, regions });
    expect(result.regions.map(({ top_concept }) => top_concept)).toEqual(['red', 'green']);
    expect(rowsOf(runs, 'model', 'input_ids')).toEqual([3, 1]);
    expect(rowsOf(runs, 'model', 'pixel_values')).toEqual([1, 2]);
  });

  it('is asked for its scale once', async () => {
    const { pipeline, runs } = await openClip(models, { whole: {}, manifest: UNKNOWN_SCALE });
    await pipeline.warmUp();
    runs.length = 0;
    await analyze(pipeline, picture, { concepts });
    expect(runs).toHaveLength(2);
  });
});

describe('texts', () => {
  it('that are too long are cut, and what is lost is told', async () => {
    const { pipeline, runs } = await openClip(models);
    const long = `a photo ${'of the '.repeat(5)}red circle`;
    const { warnings, result } = await analyze(pipeline, picture, {
      concepts: [long, 'green', long],
      template: '{}',
    });
    expect(warnings).toEqual([
      {
        code: 'concept_cut',
        detail: expect.stringMatching(
          /^The model reads 12 tokens; of “a photo of the .* red circle” the end was left out: “the red circle”\.$/,
        ),
      },
    ]);
    expect(result.concepts.map(({ text }) => text)).toEqual([long, 'green', long]);
    const { data, dims } = runs[0]!.feeds.input_ids!;
    expect([dims, Number(data[CLIP_TOKENS - 1])]).toEqual([[2, CLIP_TOKENS], 1]);
  });

  it('that are too long are named by the first few', async () => {
    const { pipeline } = await openClip(models);
    const many = Array.from({ length: 9 }, (_, i) => `${'photo '.repeat(12 + i)}`);
    const { warnings } = await analyze(pipeline, picture, { concepts: many });
    expect(warnings).toHaveLength(6);
    expect(warnings[5]!.detail).toBe('So it was with 4 more concepts.');
  });

  it('have the template around them, whatever they hold', async () => {
    const { pipeline } = await openClip(models);
    const of = async (concept: string, template: string) =>
      (await analyze(pipeline, picture, { concepts: [concept, 'red'], template })).result.concepts[0]!;
    expect((await of('green', '{} {}')).similarity).toBe((await of('green green', '{}')).similarity);
    expect(await of('$& {} yellow', 'the {}')).toMatchObject({ text: '$& {} yellow' });
    expect((await of('yellow', 'a {} circle')).similarity).toBe((await of('yellow', '{}')).similarity);
  });

  it('tell the mask where they end', async () => {
    const { pipeline, runs } = await openClip(models);
    await analyze(pipeline, picture, { concepts: ['red', 'a red circle'], template: '{}' });
    const { data } = runs[0]!.feeds.attention_mask!;
    const counts = [0, 1].map((row) =>
      [...data.subarray(row * CLIP_TOKENS, (row + 1) * CLIP_TOKENS)].reduce<number>(
        (sum, value) => sum + Number(value),
        0,
      ),
    );
    expect(counts).toEqual([2, 4]);
  });
});

describe('a model is refused', () => {
  it.each<[string, Model, string]>([
    [
      'whose embeddings can’t be compared',
      { text: { isProjected: false }, picture: { width: 5, isProjected: false } },
      'onnx/vision_model.onnx, output pooler_output: expected embeddings of 3 numbers, as pooler_output of the texts has them, got 5. Export both encoders with their projections',
    ],
    [
      'of sigmoid without what belongs to it',
      { manifest: { family_options: { activation: 'sigmoid', logit_scale: 3 } } },
      'model.json#/family_options/logit_bias: is missing; with sigmoid, expected the logit_bias of the trained model',
    ],
    [
      'of sigmoid whose graph of both gives no logits',
      { whole: { givesLogits: false }, manifest: { family_options: { activation: 'sigmoid' } } },
      'model.json#/family_options/logit_scale: is missing; with sigmoid, expected the logit_scale of the trained model, exponentiated',
    ],
    [
      'that wants pictures of another size',
      { picture: { side: 32 } },
      'model.json#/preparation/width: expected 32, the size of the graph’s input',
    ],
    ['that takes a fixed number of texts', { text: { batch: 4 } }, 'expected a batch of 1 or of any size'],
    [
      'whose texts have no length',
      { text: { tokens: null }, tokenizerFiles: clipTokenizerFiles(null) },
      'the tokenizer, tokenizer_config.json: expected a model_max_length of 1 to 4096, got none',
    ],
    [
      'whose defaults are none of its options',
      { manifest: { defaults: { template: 'a photo' } } },
      'model.json#/defaults/template',
    ],
    [
      'whose pictures follow their own size',
      {
        manifest: {
          preparation: { resize: 'shortest-edge', shortest_edge: 16, resampler: 'pil-bicubic' },
        },
      },
      'model.json#/preparation/width: is missing; give width and height of the network’s input, to which the middle of pictures is cut',
    ],
  ])('%s', async (_, model, problem) => {
    expect((await problemsOfClip(models, model)).join('\n')).toContain(problem);
  });

  it('only then', async () => {
    expect(await problemsOfClip(models)).toEqual([]);
    const own = { max_tokens: 7, logit_scale: 3 };
    const free = { text: { tokens: null }, tokenizerFiles: clipTokenizerFiles(null) };
    expect(await problemsOfClip(models, { ...free, manifest: { family_options: own } })).toEqual([]);
    const stretched = { resize: 'stretch', width: 16, height: 16, resampler: 'pil-bicubic' } as const;
    expect(await problemsOfClip(models, { manifest: { preparation: stretched } })).toEqual([]);
  });
});
