import type { ModelManifest } from '@darkroom/contracts';
import { samManifest } from '@darkroom/testkit';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES } from '../families.js';
import { META, samGraphs } from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

describe('what a model tells of itself', () => {
  it('are the prompts it takes, and its own defaults', async () => {
    const { family, capabilities, options, inputSize } = await describeModel({
      defaults: { automatic: { points_per_side: 16 }, mode: 'embedding', outputs: ['overlay'] },
      family_options: { prompt_kinds: ['points', 'boxes'] },
    });
    expect(family).toBe('sam');
    expect(capabilities).toEqual(['prompts', 'box_prompts', 'everything', 'embedding']);
    expect(inputSize).toEqual({ width: 128, height: 128 });
    const { properties } = JSON.parse(JSON.stringify(options));
    expect(properties.mode).toMatchObject({ default: 'embedding' });
    expect(properties.automatic.properties.points_per_side).toMatchObject({
      type: 'integer',
      minimum: 1,
      default: 16,
    });
    expect(properties.automatic.properties.pred_iou_thresh).toMatchObject({ default: 0.88 });
    expect(properties.automatic.required ?? []).toEqual([]);
    expect(properties.outputs.default).toEqual(['overlay']);
    expect(properties.prompts).not.toHaveProperty('default');
    const filled = Value.Default(options, {}) as { automatic: Record<string, unknown> };
    expect(filled.automatic).toMatchObject({ points_per_side: 16, max_masks: 1000 });
    expect(Object.keys(filled.automatic)).toHaveLength(11);
  });

  async function describeModel(manifest: Partial<ModelManifest>) {
    const loaded = await models.load(samGraphs(META), samManifest(META, manifest));
    const family = FAMILIES.find(({ name }) => name === loaded.manifest.family)!;
    return {
      family: family.name,
      capabilities: family.capabilities(loaded.manifest),
      options: family.requestOptions(loaded.manifest),
      inputSize: family.inputSize(loaded.manifest),
    };
  }
});
