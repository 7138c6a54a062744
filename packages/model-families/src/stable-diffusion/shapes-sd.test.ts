import { readFile } from 'node:fs/promises';
import type { GenerationOptions } from '@darkroom/contracts';
import { decodeImage } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedModel, openModel } from '../open-model.js';
import { readDemoModel, readGolden } from '../testing/demo-models.js';
import { decode, generate } from '../testing/sd-models.js';
import { openOnCpu } from '../testing/test-models.js';
import { requestOptions } from './options.js';

/** What PyTorch samples, and how. */
interface Golden extends Pick<GenerationOptions, 'steps' | 'guidance_scale'> {
  readonly prompt: string;
  readonly seed: number;
  readonly picture: string;
  /** Of a pixel, of 255. */
  readonly tolerance: number;
}

let loaded: LoadedManifest;
let model: OpenedModel;
let golden: Golden;

beforeAll(async () => {
  loaded = await readDemoModel('shapes-sd');
  model = await openModel(loaded, openOnCpu);
  golden = await readGolden<Golden>(loaded);
});
afterAll(() => model?.close());

/** As a request has them that says nothing. */
const defaults = () => Value.Default(requestOptions(loaded.manifest), {}) as GenerationOptions;

/** Red, green and blue of a corner, which shows the background. */
async function backgroundOf(prompt: string): Promise<readonly [number, number, number]> {
  const asked = { ...defaults(), prompt: [prompt], negative_prompt: [''], seed: 3 };
  const { artifacts } = await generate(model.pipeline, asked);
  const [red = 0, green = 0, blue = 0] = (await decode(artifacts[0]!)).data;
  return [red, green, blue];
}

describe('shapes-sd', () => {
  it('draws what PyTorch draws from the same seed', async () => {
    const { prompt, seed, steps, guidance_scale, tolerance } = golden;
    const asked = { ...defaults(), prompt: [prompt], negative_prompt: [''], seed, steps, guidance_scale };
    const { artifacts, warnings } = await generate(model.pipeline, asked);
    expect(warnings).toEqual([]);
    const drawn = await decode(artifacts[0]!);
    const expected = await decodeImage(await readFile(`${loaded.folder}/${golden.picture}`), {
      maxPixels: 1e6,
    });
    expect([drawn.width, drawn.height]).toEqual([expected.width, expected.height]);
    const differences = Array.from(drawn.data, (value, i) => Math.abs(value - expected.data[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
    // A plain picture would be near another plain one.
    expect(Math.max(...expected.data) - Math.min(...expected.data)).toBeGreaterThan(100);
  });

  it('heeds the colours of its prompt', async () => {
    const onBlue = await backgroundOf('a white circle on a blue background');
    expect(onBlue[2]).toBeGreaterThan(onBlue[0] + 80);
    const onRed = await backgroundOf('a white circle on a red background');
    expect(onRed[0]).toBeGreaterThan(onRed[2] + 80);
  });
});
