import { rm } from 'node:fs/promises';
import { openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import { readCatalog } from '@darkroom/model-catalog';
import { FAMILIES, NO_SHORTAGE, NO_STEPS, openModel } from '@darkroom/model-families';
import { toFloat32 } from '@darkroom/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeGenerationModel } from './generation-model-folder.js';
import { generationOptions } from './generation-options.js';

let modelsFolder: string;

beforeAll(async () => {
  modelsFolder = await writeGenerationModel();
});
afterAll(() => rm(modelsFolder, { recursive: true }));

describe('the Stable Diffusion of the bench', () => {
  it('has tensors of the sizes of 1.5, and makes a picture', async () => {
    const { models, rejected } = await readCatalog([modelsFolder], { families: FAMILIES });
    expect(rejected).toEqual([]);
    const { providers } = await resolveDevice(parseDevice('cpu'));
    const fed: Record<string, readonly number[]> = {};
    const given: Float32Array[] = [];
    const opened = await openModel(models[0]!, async (path) => {
      const graph = await openGraph(path, { providers, intraOpThreads: 1 });
      const { inputs, outputs } = graph;
      return {
        inputs,
        outputs,
        close: () => graph.close(),
        run: async (feeds, names) => {
          for (const [name, { dims }] of Object.entries(feeds)) fed[name] = dims;
          const answer = await graph.run(feeds, names);
          for (const tensor of Object.values(answer)) given.push(toFloat32(tensor).data);
          return answer;
        },
      };
    });
    const input = { picture: null, options: { ...generationOptions({ steps: 1 }) } };
    const prepared = await opened.pipeline.prepare(input);
    const [inferred] = await opened.pipeline.infer([prepared], NO_STEPS, NO_SHORTAGE);
    const { artifacts } = await opened.pipeline.postprocess(inferred, prepared, input);
    expect(fed).toEqual({
      input_ids: [1, 77],
      sample: [2, 4, 64, 64],
      timestep: [],
      encoder_hidden_states: [2, 77, 768],
      latent_sample: [1, 4, 64, 64],
    });
    expect(given.every((values) => values.every(Number.isFinite))).toBe(true);
    expect(artifacts).toMatchObject([{ width: 512, height: 512 }]);
    await opened.close();
  });
});
