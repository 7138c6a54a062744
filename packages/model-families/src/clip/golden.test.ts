import type { ScoredConcept } from '@darkroom/contracts';
import { type CompleteManifest, withDefaults } from '@darkroom/model-catalog';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pipeline } from '../family.js';
import { openModel } from '../open-model.js';
import { resizePicture } from '../prepare-picture.js';
import { analyze } from '../testing/clip-models.js';
import { goldenPicture } from '../testing/golden.js';
import {
  GOLDEN_PREPARATIONS,
  type GoldenCases,
  goldenRegion,
  loadGoldenClip,
  readGoldenCases,
} from '../testing/golden-clip.js';
import { openOnCpu, TestModels } from '../testing/test-models.js';
import { openTokenizer } from '../text-tokenizer/open-tokenizer.js';

/** The requirement is 0.001; what is left are the six decimals of both sides. */
const TOLERANCE = 1e-5;

let models: TestModels;
let cases: GoldenCases;

beforeAll(async () => {
  models = await TestModels.create();
  cases = await readGoldenCases();
});
afterAll(() => models.delete());

function expectScores(
  concepts: readonly ScoredConcept[],
  similarities: readonly number[],
  scores: readonly number[],
): void {
  expect(concepts.map(({ text }) => text)).toEqual(cases.concepts);
  for (const [i, { similarity, score }] of concepts.entries()) {
    expect(Math.abs(similarity - similarities[i]!)).toBeLessThan(TOLERANCE);
    expect(Math.abs(score - scores[i]!)).toBeLessThan(TOLERANCE);
  }
}

describe.each(['clip', 'siglip'] as const)('a small %s of random weights', (kind) => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    // The scale of the SigLIP, and its bias, are in its graph alone.
    const options = kind === 'clip' ? { logit_scale: cases.clip.logit_scale } : { activation: 'sigmoid' };
    const loaded = await loadGoldenClip(models, kind, options);
    pipeline = models.closeLater(await openModel(loaded, openOnCpu)).pipeline;
  });

  it('is given the tokens that transformers gives it, as many', async () => {
    const { template, ids } = cases[kind];
    const tokenizer = openTokenizer(await loadGoldenClip(models, kind), '', null);
    const texts = cases.concepts.map((concept) => template.replace('{}', concept));
    expect(texts.map((text) => tokenizer.tokenize(text).ids)).toEqual(ids);
  });

  it('gives the scores of PyTorch, of pictures of any proportions', async () => {
    const { template, similarities, scores } = cases[kind];
    for (const [i, name] of cases.pictures.entries()) {
      const picture = await goldenPicture(`clip/${name}.png`);
      const { result } = await analyze(pipeline, picture, { concepts: [...cases.concepts], template });
      expectScores(result.concepts, similarities[i]!, scores[i]!);
    }
  });

  it.each(['masked', 'context'] as const)('gives those of regions, %s', async (region_crop) => {
    const { template, regions } = cases[kind];
    for (const [name, golden] of Object.entries(regions)) {
      const picture = await goldenPicture(`clip/${name}.png`);
      const { result } = await analyze(pipeline, picture, {
        scored: 'regions',
        concepts: [...cases.concepts],
        template,
        region_crop,
        regions: golden.counts.map((counts) => goldenRegion(counts, picture)),
      });
      const { similarities, scores } = golden[region_crop];
      expect(result.regions).toHaveLength(similarities.length);
      for (const [i, { concepts }] of result.regions.entries()) {
        expectScores(concepts, similarities[i]!, scores[i]!);
      }
    }
  });
});

describe('pictures are prepared to the very pixels', () => {
  const preparationOf = (preparation: CompleteManifest['preparation'] | object) =>
    withDefaults({ preparation } as never).preparation;

  it.each([
    ['by transformers for CLIP', 'clip', GOLDEN_PREPARATIONS.clip],
    ['by transformers for SigLIP', 'siglip', GOLDEN_PREPARATIONS.siglip],
    [
      'by torchvision for open_clip, where an odd cut is rounded otherwise',
      'open-clip',
      { ...GOLDEN_PREPARATIONS.clip, crop_rounding: 'torchvision' },
    ],
  ])('%s', async (_, file, preparation) => {
    const prepared = await goldenPicture(`clip/prepared.${file}.png`);
    const side = prepared.width;
    for (const [i, name] of cases.pictures.entries()) {
      const picture = await goldenPicture(`clip/${name}.png`);
      const { width, height, data } = resizePicture(picture, preparationOf(preparation));
      const at = i * side * side * 3;
      expect({ name, width, height, data }).toEqual({
        name,
        width: side,
        height: side,
        data: prepared.data.slice(at, at + side * side * 3),
      });
    }
  });
});
