import { GenerationOptionsSchema } from '@darkroom/contracts';
import { writeSdModel } from '@darkroom/testkit';
import type { TSchema } from 'typebox';
import { Check } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarizeModel } from '../summarize-model.js';
import { PLAIN_GENERATION } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';
import { stableDiffusion } from './family.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

async function summaryOf(model: Omit<Parameters<typeof writeSdModel>[1], 'id'> = {}) {
  const loaded = await models.loadWritten((folder) => writeSdModel(folder, { id: 'model', ...model }));
  const summary = summarizeModel(stableDiffusion, loaded);
  return { ...summary, properties: (summary.options as { properties: Record<string, TSchema> }).properties };
}

const takes = (schema: TSchema | undefined, value: unknown) => Check(schema!, value);

describe('what a model tells of itself', () => {
  it('is that it makes pictures of texts, and of pictures where it has the encoder', async () => {
    expect((await summaryOf()).capabilities).toEqual(['text_to_image']);
    expect((await summaryOf({ vaeEncoder: {} })).capabilities).toEqual(['text_to_image', 'image_to_image']);
  });

  it('has its own defaults, those of Stable Diffusion 1 where it says nothing', async () => {
    const { properties, input_size } = await summaryOf({
      vaeEncoder: {},
      defaults: { width: 128, steps: 12 },
    });
    const defaults = Object.entries(properties).flatMap(([name, schema]) => {
      const { default: value } = schema as { default?: unknown };
      return value === undefined ? [] : [[name, value]];
    });
    expect(Object.fromEntries(defaults)).toEqual({
      width: 128,
      height: 64,
      steps: 12,
      guidance_scale: 7.5,
      count: 1,
      strength: 0.8,
      preview_every: 0,
      output_format: 'png',
    });
    expect(input_size).toEqual({ width: 128, height: 64 });
  });

  it('is no strength where it can’t begin with a picture', async () => {
    expect((await summaryOf()).properties).not.toHaveProperty('strength');
  });
});

describe('sides of pictures', () => {
  it.each([
    [8, true],
    [64, true],
    [65, false],
    [0, false],
    [2048, true],
    [4096, false],
    [64.5, false],
  ])('of %d pixels: %s', async (side, isTaken) => {
    const { properties } = await summaryOf();
    expect([takes(properties['width'], side), takes(properties['height'], side)]).toEqual([isTaken, isTaken]);
  });

  it('are multiples of what the network needs', async () => {
    const { properties } = await summaryOf({ familyOptions: { side_step: 64 } });
    expect([32, 64, 72, 128].map((side) => takes(properties['width'], side))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

it('a job’s options, as the service completes them, are what the model takes', async () => {
  const { properties } = await summaryOf({ vaeEncoder: {} });
  for (const [name, value] of Object.entries({ ...PLAIN_GENERATION, strength: 0.5, scheduler: 'lcm' })) {
    expect([name, takes(properties[name], value)]).toEqual([name, true]);
  }
  expect(Object.keys(properties).sort()).toEqual(Object.keys(GenerationOptionsSchema.properties).sort());
});
