import type { AnalysisOptions, KnownRegion } from '@darkroom/contracts';
import { type Box, encodeRle, type Pixels, regionMaskFrom } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedModel, openModel } from '../open-model.js';
import { analyze } from '../testing/clip-models.js';
import { readDemoModel, readGolden } from '../testing/demo-models.js';
import { readGroundTruth, readPicture, readSample, readScenes } from '../testing/sample-pictures.js';
import { openOnCpu } from '../testing/test-models.js';
import { openTokenizer } from '../text-tokenizer/open-tokenizer.js';
import { requestOptions } from './options.js';

/** What PyTorch answers. */
interface Golden {
  readonly template: string;
  readonly texts: readonly string[];
  readonly tolerance: number;
  readonly pictures: readonly string[];
  readonly input_ids: readonly (readonly number[])[];
  /** Of each picture and text. */
  readonly similarities: readonly (readonly number[])[];
  readonly scores: readonly (readonly number[])[];
}

let loaded: LoadedManifest;
let model: OpenedModel;
let golden: Golden;

beforeAll(async () => {
  loaded = await readDemoModel('shapes-clip');
  model = await openModel(loaded, openOnCpu);
  golden = await readGolden<Golden>(loaded);
});

afterAll(() => model?.close());

const COLORS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'black', 'white', 'grey'];
const SHAPES = ['circle', 'square', 'triangle', 'star'];
const EVERY_CONCEPT = COLORS.flatMap((color) => SHAPES.map((shape) => `${color} ${shape}`));

/** As a request has them that says nothing. */
const defaults = () => Value.Default(requestOptions(loaded.manifest), {}) as AnalysisOptions;

/** What is of a shape within its box, by the class ids of a picture's ground truth. */
function regionOf({ width, height, data }: Pixels, [x0, y0, x1, y1]: Box, classId: number): KnownRegion {
  const mask = new Uint8Array(width * height);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      if (data[(y * width + x) * 3] === classId) mask[y * width + x] = 1;
    }
  }
  const rle = encodeRle(regionMaskFrom(mask, width, height), width, height);
  return { rle: { size: [...rle.size], counts: rle.counts }, predicted_iou: null };
}

describe('the demo model shapes-clip', () => {
  it('is given the tokens that it was trained with', () => {
    const tokenizer = openTokenizer(loaded, '', null);
    expect(golden.texts.map((text) => tokenizer.tokenize(text).ids)).toEqual(golden.input_ids);
  });

  it('gives the scores of PyTorch', async () => {
    const { template, tolerance } = golden;
    expect(golden.pictures.length).toBeGreaterThan(0);
    for (const [i, file] of golden.pictures.entries()) {
      const picture = await readPicture(`${loaded.folder}/${file}`);
      const { result } = await analyze(model.pipeline, picture, { concepts: [...golden.texts], template });
      for (const [k, { similarity, score }] of result.concepts.entries()) {
        expect(Math.abs(similarity - golden.similarities[i]![k]!)).toBeLessThan(tolerance);
        expect(Math.abs(score - golden.scores[i]![k]!)).toBeLessThan(tolerance);
      }
    }
  });

  it.each(['masked', 'context'] as const)(
    'tells colour and shape of nearly all regions of the sample pictures, %s',
    async (region_crop) => {
      const { scenes, classes } = await readScenes();
      let [told, all] = [0, 0];
      for (const { file, instances } of scenes) {
        const picture = await readSample(file);
        const truth = await readGroundTruth(file);
        const { result } = await analyze(model.pipeline, picture, {
          ...defaults(),
          scored: 'regions',
          concepts: EVERY_CONCEPT,
          region_crop,
          regions: instances.map(({ box, shape }) => regionOf(truth, box, classes.indexOf(shape))),
        });
        for (const [i, { top_concept }] of result.regions.entries()) {
          const { color, shape } = instances[i]!;
          all++;
          if (top_concept === `${color} ${shape}`) told++;
        }
      }
      expect(all).toBeGreaterThan(20);
      expect(told / all).toBeGreaterThan(0.8);
    },
  );
});
