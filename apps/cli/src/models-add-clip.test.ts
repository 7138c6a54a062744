import { join } from 'node:path';
import { writeClipFolder } from '@darkroom/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';

// Each command is a process or two.
vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;

beforeEach(async () => {
  folder = await TestFolder.create();
});
afterEach(() => folder.delete());

type Written = Parameters<typeof writeClipFolder>;

async function written(
  name: string,
  kind: Written[1],
  model?: Written[2],
  more?: Written[3],
): Promise<string> {
  const path = join(folder.root, 'sources', name);
  await writeClipFolder(path, kind, model, more);
  return path;
}

const pathsOf = (files: Readonly<Record<string, { readonly path: string }>>) =>
  Object.fromEntries(Object.entries(files).map(([part, { path }]) => [part, path]));

describe('models add brings in a CLIP', () => {
  it('of two graphs, with its tokenizer and preparation, and compares the sample with a few words', async () => {
    const added = await folder.added(await written('tiny-clip', 'clip'));
    expect(added).toMatchObject({
      id: 'tiny-clip',
      task: 'analysis',
      family: 'clip',
      reason: 'onnx/text_model.onnx and onnx/vision_model.onnx are the encoders of a CLIP (certain)',
      notes: ['Its licence is not known: write it into model.json.'],
    });
    expect(added.sample.result.concepts).toHaveLength(6);
    expect(added.sample.result.regions).toEqual([]);
    const { files, preparation, defaults, ...manifest } = await folder.manifest('tiny-clip');
    expect(pathsOf(files)).toEqual({
      text_encoder: 'onnx/text_model.onnx',
      vision_encoder: 'onnx/vision_model.onnx',
      tokenizer: 'tokenizer.json',
      tokenizer_config: 'tokenizer_config.json',
    });
    expect(preparation).toEqual({
      resize: 'shortest-edge',
      shortest_edge: 16,
      width: 16,
      height: 16,
      resampler: 'pil-bicubic',
      crop_rounding: 'transformers',
      scale: 1 / 255,
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
      channel_order: 'rgb',
      layout: 'nchw',
    });
    expect(defaults).toEqual({ template: 'a photo of a {}' });
    expect(manifest).not.toHaveProperty('labels');
    expect((await folder.run(['models', 'check', 'tiny-clip'])).exitCode).toBe(0);
  });

  it('given as two files, with the tokenizer of the folder around them', async () => {
    const path = await written('two-files', 'clip');
    const graphs = ['text_model', 'vision_model'].map((name) => join(path, 'onnx', `${name}.onnx`));
    await folder.added(graphs[0]!, graphs[1]!, '--id', 'two-files');
    expect(pathsOf((await folder.manifest('two-files')).files)).toMatchObject({
      tokenizer: 'tokenizer.json',
    });
  });

  it('of SigLIP, whose graph tells its scale', async () => {
    const path = await written('tiny-siglip', 'siglip', { whole: { takesMask: false, scale: 9, bias: -4 } });
    const added = await folder.added(path);
    const { preparation, family_options, files } = await folder.manifest('tiny-siglip');
    expect(preparation).toMatchObject({ resize: 'stretch', width: 16, height: 16, mean: [0.5, 0.5, 0.5] });
    expect(preparation).not.toHaveProperty('crop_rounding');
    expect(family_options).toEqual({ activation: 'sigmoid' });
    expect(files).toMatchObject({ graph: { path: 'onnx/model.onnx' } });
    const [{ score, similarity }] = added.sample.result.concepts;
    expect(score).toBeCloseTo(1 / (1 + Math.exp(4 - 9 * similarity)), 4);
  });
});

describe('models add says of a CLIP', () => {
  it('that its tokenizer is missing', async () => {
    const path = await written('mute', 'clip', {}, { 'tokenizer.json': null, 'tokenizer_config.json': null });
    expect((await folder.add(path)).stderr).toContain('its tokenizer.json is missing. Give the whole folder');
  });

  it('that nothing tells the scale of a SigLIP in two graphs, until it is told', async () => {
    const half = { takesMask: false, isProjected: false };
    const path = await written('split-siglip', 'siglip', { text: half, picture: half });
    expect((await folder.add(path)).stderr).toContain(
      '#/family_options/logit_scale: is missing; with sigmoid, expected the logit_scale of the trained model',
    );
    expect(await folder.modelsFound()).toEqual([]);
    const told = ['logit_scale=100', 'logit_bias=-13'].flatMap((field) => ['--family-option', field]);
    await folder.added(path, ...told);
    expect((await folder.manifest('split-siglip')).family_options).toEqual({
      activation: 'sigmoid',
      logit_scale: 100,
      logit_bias: -13,
    });
  });
});
