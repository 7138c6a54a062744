import { decodeNpy } from '@darkroom/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  analyze,
  analyzeAll,
  openClip,
  type RecordedClip,
  regionOf,
  rowsOf,
} from '../testing/clip-models.js';
import { BLUE, GREEN, pictureWith, RED, type Rgb } from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';
import { decode } from '../testing/test-pictures.js';

let models: TestModels;
let clip: RecordedClip;

beforeAll(async () => {
  models = await TestModels.create();
  clip = await openClip(models);
});
afterAll(() => models.delete());

const COLORS = ['red', 'green', 'blue'];
const plain = (width: number, height: number, color: Rgb) =>
  pictureWith(width, height, [{ color, box: [0, 0, width, height] }]);

/** On black: red at the left, and green, small, at the right. */
const two = pictureWith(64, 40, [
  { color: RED, box: [4, 4, 34, 36] },
  { color: GREEN, box: [44, 10, 54, 20] },
]);
const redRegion = regionOf(two, [4, 4, 34, 36]);
const greenRegion = regionOf(two, [44, 10, 54, 20]);

describe('a picture', () => {
  it('is scored against each concept, in the order given', async () => {
    const { result, warnings } = await analyze(clip.pipeline, plain(30, 20, BLUE), { concepts: COLORS });
    expect(result).toMatchObject({
      width: 30,
      height: 20,
      top_concept: 'blue',
      regions: [],
      embedding: null,
    });
    expect(result.concepts.map(({ text }) => text)).toEqual(COLORS);
    const [red, , blue] = result.concepts;
    expect(blue!.similarity).toBeCloseTo(1, 5);
    expect(red!.similarity).toBeCloseTo((2 * 1.05 * 0.05 + 0.05 ** 2) / (1.05 ** 2 + 2 * 0.05 ** 2), 5);
    const weights = result.concepts.map(({ similarity }) => Math.exp(20 * similarity));
    const sum = weights.reduce((all, one) => all + one, 0);
    for (const [i, { score }] of result.concepts.entries()) expect(score).toBeCloseTo(weights[i]! / sum, 5);
    expect(warnings).toEqual([]);
  });

  it('of one concept is answered with its similarity and a warning', async () => {
    const { result, warnings } = await analyze(clip.pipeline, two, { concepts: ['green'] });
    expect(result.concepts[0]).toMatchObject({ text: 'green', score: 1 });
    expect(result.concepts[0]!.similarity).toBeLessThan(0.7);
    expect(warnings).toEqual([{ code: 'one_concept', detail: expect.stringContaining('its similarity') }]);
  });

  it('of no concepts runs no text, and may be asked for its embedding', async () => {
    const own = await openClip(models);
    const { result, artifacts, warnings } = await analyze(own.pipeline, plain(20, 20, RED), {
      outputs: ['embedding'],
    });
    expect(own.runs.map(({ graph }) => graph)).toEqual(['vision_model']);
    expect(result).toMatchObject({ concepts: [], top_concept: null });
    expect(Object.keys(artifacts)).toEqual(['embedding.npy']);
    const { dims, data } = decodeNpy(artifacts['embedding.npy']!.bytes);
    expect(dims).toEqual([3]);
    expect([...data]).toEqual(result.embedding);
    expect(Math.hypot(...data)).toBeCloseTo(1, 6);
    expect(data[0]! / data[1]!).toBeCloseTo(1.05 / 0.05, 3);
    expect(warnings).toEqual([]);
  });

  it('gives the embeddings of the concepts beside its own', async () => {
    const { artifacts } = await analyze(clip.pipeline, two, { concepts: COLORS, outputs: ['embedding'] });
    const { dims, data } = decodeNpy(artifacts['concept_embeddings.npy']!.bytes);
    expect(dims).toEqual([3, 3]);
    for (const row of [0, 1, 2])
      expect(data.indexOf(Math.max(...data.subarray(row * 3, row * 3 + 3)))).toBe(0);
  });

  it('is cut to its middle for the network, and shown so', async () => {
    const wide = pictureWith(60, 20, [{ color: GREEN, box: [20, 0, 40, 20] }]);
    const { result, artifacts } = await analyze(clip.pipeline, wide, {
      concepts: COLORS,
      outputs: ['model_input', 'overlay'],
    });
    expect(result.top_concept).toBe('green');
    const input = await decode(artifacts['model_input.png']!.bytes);
    expect([input.width, input.height]).toEqual([16, 16]);
    expect([...input.data.subarray(8 * 48 + 24, 8 * 48 + 27)]).toEqual([...GREEN]);
    expect(artifacts['overlay.png']).toMatchObject({ role: 'overlay', width: 60, height: 20 });
  });

  it.each([
    [1, 1],
    [1, 200],
    [300, 1],
  ])('of %i × %i pixels is answered too', async (width, height) => {
    const { result } = await analyze(clip.pipeline, plain(width, height, RED), {
      concepts: COLORS,
      outputs: ['overlay'],
    });
    expect(result.top_concept).toBe('red');
  });
});

describe('the regions of a picture', () => {
  const regions = [redRegion, greenRegion];

  it('are each scored by itself', async () => {
    const { result, artifacts } = await analyze(clip.pipeline, two, {
      scored: 'regions',
      concepts: COLORS,
      regions,
    });
    expect(result).toMatchObject({ width: 64, height: 40, concepts: [], top_concept: null, embedding: null });
    expect(result.regions).toMatchObject([
      { index: 0, box: [4, 4, 34, 36], area: 30 * 32, rle: redRegion.rle, predicted_iou: 0.9, crop: null },
      { index: 1, box: [44, 10, 54, 20], area: 100, rle: greenRegion.rle, top_concept: 'green' },
    ]);
    expect(result.regions[0]!.top_concept).toBe('red');
    expect(result.regions[1]!.concepts.map(({ text }) => text)).toEqual(COLORS);
    expect(artifacts).toEqual({});
  });

  it('are shown alone on a plain ground, or with what is around them', async () => {
    const asked = { scored: 'regions', concepts: COLORS, regions, outputs: ['crops'] } as const;
    const sizes: Record<string, unknown> = {};
    for (const region_crop of ['masked', 'context'] as const) {
      const { artifacts, result } = await analyze(clip.pipeline, two, {
        ...asked,
        outputs: ['crops'],
        region_crop,
        regions,
      });
      expect(result.regions.map(({ crop }) => crop)).toEqual(['crop-0.png', 'crop-1.png']);
      const crop = await decode(artifacts['crop-1.png']!.bytes);
      sizes[region_crop] = [crop.width, crop.height, [...crop.data.subarray(0, 3)]];
    }
    // 10 × 10 of green alone; with a pixel more on each side, which is black.
    expect(sizes).toEqual({ masked: [10, 10, [...GREEN]], context: [12, 12, [0, 0, 0]] });
  });

  it('that are long and thin lose nothing: their crops are squares', async () => {
    const thin = pictureWith(60, 6, [
      { color: RED, box: [0, 2, 20, 4] },
      { color: BLUE, box: [20, 2, 60, 4] },
    ]);
    const { result, artifacts } = await analyze(clip.pipeline, thin, {
      scored: 'regions',
      concepts: ['red', 'blue'],
      regions: [regionOf(thin, [0, 2, 60, 4]), regionOf(thin, [0, 2, 1, 3])],
      outputs: ['crops'],
    });
    const crop = await decode(artifacts['crop-0.png']!.bytes);
    expect([crop.width, crop.height]).toEqual([60, 60]);
    expect([...crop.data.subarray(0, 3)]).toEqual([128, 128, 128]);
    expect(artifacts['crop-1.png']).toMatchObject({ role: 'crop', index: 1, width: 1, height: 1 });
    expect(result.regions.map(({ top_concept }) => top_concept)).toEqual(['blue', 'red']);
  });

  it('may have no pixel: there is nothing to see', async () => {
    const nothing = regionOf(two, [0, 0, 2, 2], [0, 0, 0, 0]);
    const { result, artifacts } = await analyze(clip.pipeline, two, {
      scored: 'regions',
      concepts: COLORS,
      regions: [nothing, greenRegion],
      outputs: ['crops', 'overlay', 'embedding'],
    });
    expect(result.regions).toMatchObject([
      { box: [0, 0, 0, 0], area: 0, concepts: [], top_concept: null, crop: null },
      { top_concept: 'green', crop: 'crop-1.png' },
    ]);
    expect(Object.keys(artifacts)).toEqual(['overlay.png', 'crop-1.png', 'region_embeddings.npy']);
    const { dims, data } = decodeNpy(artifacts['region_embeddings.npy']!.bytes);
    expect(dims).toEqual([2, 3]);
    expect([...data.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(Math.hypot(...data.subarray(3))).toBeCloseTo(1, 6);
  });

  it('may be none', async () => {
    const { result, artifacts } = await analyze(clip.pipeline, two, {
      scored: 'regions',
      concepts: COLORS,
      outputs: ['crops', 'overlay', 'embedding', 'model_input'],
    });
    expect(result.regions).toEqual([]);
    expect(Object.keys(artifacts)).toEqual(['overlay.png']);
  });

  it.each(['polygon', 'png', 'none'] as const)('have their masks as %s', async (mask_format) => {
    const { result, artifacts } = await analyze(clip.pipeline, two, {
      scored: 'regions',
      concepts: COLORS,
      regions,
      mask_format,
    });
    const { rle, polygons, artifact } = result.regions[0]!;
    expect([rle, polygons !== undefined, artifact]).toEqual([
      undefined,
      mask_format === 'polygon',
      mask_format === 'png' ? 'mask-0.png' : undefined,
    ]);
    expect(Object.keys(artifacts)).toEqual(mask_format === 'png' ? ['mask-0.png', 'mask-1.png'] : []);
  });

  it('must be those of the picture', async () => {
    const ask = (region: typeof redRegion) =>
      analyze(clip.pipeline, two, { scored: 'regions', concepts: COLORS, regions: [greenRegion, region] });
    await expect(ask(regionOf({ width: 40, height: 64 }, [0, 0, 4, 4]))).rejects.toMatchObject({
      code: 'invalid_field',
      message: '#/regions/1/rle/size: expected [40, 64], height and width of the picture, got [64, 40].',
    });
    const cut = { ...redRegion, rle: { ...redRegion.rle, counts: redRegion.rle.counts.slice(0, -3) } };
    await expect(ask(cut)).rejects.toMatchObject({
      code: 'invalid_field',
      message: expect.stringContaining('#/regions/1/rle/counts: expected'),
    });
  });
});

describe('the runs of the graphs', () => {
  const concepts = Array.from({ length: 150 }, (_, i) => `${COLORS[i % 3]} ${'a '.repeat(i % 7)} ${i}`);
  const many = Array.from({ length: 30 }, (_, i) => (i % 2 ? redRegion : greenRegion));

  it('are a few, however many concepts and regions there are', async () => {
    const { pipeline, runs } = await openClip(models);
    const steps: number[] = [];
    const options = { scored: 'regions', concepts: concepts.slice(0, 50), regions: many } as const;
    const { result } = await analyze(
      pipeline,
      two,
      { ...options, concepts: [...options.concepts], regions: many },
      { steps: { step: (done, all) => steps.push(done / all) } },
    );
    expect(result.regions).toHaveLength(30);
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([50]);
    expect(rowsOf(runs, 'vision_model', 'pixel_values')).toEqual([16, 14]);
    expect(steps.toSorted((a, b) => a - b)).toEqual(steps);
    expect(steps.at(-1)).toBe(1);
  });

  it('leave out texts that are known', async () => {
    const { pipeline, runs } = await openClip(models);
    const first = await analyze(pipeline, two, { concepts });
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([64, 64, 22]);
    runs.length = 0;
    const again = await analyze(pipeline, two, { concepts: ['blue', ...concepts, 'blue'] });
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([1]);
    const similarities = (one: typeof first) => one.result.concepts.map(({ similarity }) => similarity);
    expect(similarities(again).slice(1, -1)).toEqual(similarities(first));
    await analyze(pipeline, two, { concepts: ['blue'], template: 'a picture of a {}' });
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([1, 1]);
  });

  it('are shared by the jobs of a batch, of pictures and of regions alike', async () => {
    const { pipeline, runs } = await openClip(models);
    expect(pipeline.takesBatches).toBe(true);
    const all = await analyzeAll(pipeline, [
      {
        picture: two,
        options: { scored: 'regions', concepts: ['red', 'green'], regions: [redRegion, greenRegion] },
      },
      { picture: plain(30, 30, BLUE), options: { concepts: COLORS } },
      { picture: two, options: { scored: 'regions', concepts: ['blue', 'green'], regions: [greenRegion] } },
    ]);
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([3]);
    expect(rowsOf(runs, 'vision_model', 'pixel_values')).toEqual([4]);
    const tops = all.map(({ result }) => [
      result.top_concept,
      ...result.regions.map((one) => one.top_concept),
    ]);
    expect(tops).toEqual([[null, 'red', 'green'], ['blue'], [null, 'green']]);
  });

  it('are of one text and one picture each where the graphs take no more', async () => {
    const { pipeline, runs } = await openClip(models, { text: { batch: 1 }, picture: { batch: 1 } });
    expect(pipeline.takesBatches).toBe(false);
    const { result } = await analyze(pipeline, two, {
      scored: 'regions',
      concepts: COLORS,
      regions: [redRegion, greenRegion],
    });
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([1, 1, 1]);
    expect(rowsOf(runs, 'vision_model', 'pixel_values')).toEqual([1, 1]);
    expect(result.regions.map(({ top_concept }) => top_concept)).toEqual(['red', 'green']);
  });

  it('are of half as many where memory is short, and that is said', async () => {
    const { pipeline, runs } = await openClip(models, { picture: { fitsRows: 5 }, text: { fitsRows: 20 } });
    const told: string[] = [];
    const memory = { shortage: 0, warnShort: (detail: string) => void told.push(detail) } as const;
    const options = { concepts: concepts.slice(0, 40), regions: many.slice(0, 8) };
    await analyze(pipeline, two, { scored: 'regions', ...options }, { memory });
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([40, 20, 20]);
    expect(rowsOf(runs, 'vision_model', 'pixel_values')).toEqual([8, 4, 4]);
    expect(told).toEqual([
      'Memory did not suffice for 40 texts at once; they were run 20 at a time instead.',
      'Memory did not suffice for 8 pictures at once; they were run 4 at a time instead.',
    ]);
  });

  it('end between two chunks when nobody wants the job any more', async () => {
    const { pipeline, runs } = await openClip(models);
    const steps = {
      step: (done: number) => {
        if (done >= 64) throw new Error('canceled');
      },
    };
    await expect(analyze(pipeline, two, { concepts }, { steps })).rejects.toThrow('canceled');
    expect(rowsOf(runs, 'text_model', 'input_ids')).toEqual([64]);
  });
});
