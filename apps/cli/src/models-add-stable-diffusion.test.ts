import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SD_KINDS, sdUnetParts, withExternalWeights, writeSdPipeline } from '@darkroom/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';

// Each command is a process or two.
vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;

beforeEach(async () => {
  folder = await TestFolder.create();
});
afterEach(() => folder.delete());

type Pipeline = Parameters<typeof writeSdPipeline>[1];
type More = Parameters<typeof writeSdPipeline>[2];

async function pipeline(name: string, model: Pipeline, more: More = {}): Promise<string> {
  const path = join(folder.root, 'sources', name);
  await writeSdPipeline(path, model, more);
  return path;
}

describe('models add brings in a folder of diffusers', () => {
  it('of Stable Diffusion 1, all of it, and has it make a picture', async () => {
    const path = await pipeline('tiny-sd', { vaeEncoder: {}, safetyChecker: { flagsAbove: 1 } });
    const result = await folder.added(path);
    expect(result).toMatchObject({
      id: 'tiny-sd',
      task: 'generation',
      family: 'stable-diffusion',
      reason:
        'model_index.json names a StableDiffusionPipeline, and unet/model.onnx is the network of a Stable Diffusion (certain)',
      sample: { result: { images: [{ prompt: 'a red circle', flagged: false }] } },
    });
    const { files, ...manifest } = await folder.manifest('tiny-sd');
    expect(manifest).toMatchObject({
      source: 'tiny-sd',
      family_options: { latent_scale: 0.18215, side_step: 16 },
      defaults: { width: 64, height: 64 },
    });
    expect(manifest).not.toHaveProperty('preparation');
    expect(manifest).not.toHaveProperty('labels');
    expect(Object.fromEntries(Object.entries(files).map(([part, file]) => [part, file.path]))).toEqual({
      text_encoder: 'text_encoder/model.onnx',
      unet: 'unet/model.onnx',
      vae_decoder: 'vae_decoder/model.onnx',
      vae_encoder: 'vae_encoder/model.onnx',
      safety_checker: 'safety_checker/model.onnx',
      scheduler: 'scheduler/scheduler_config.json',
      tokenizer_vocabulary: 'tokenizer/vocab.json',
      tokenizer_merges: 'tokenizer/merges.txt',
      tokenizer_config: 'tokenizer/tokenizer_config.json',
      tokenizer_special_tokens: 'tokenizer/special_tokens_map.json',
    });
    const model = join(folder.models, 'tiny-sd');
    expect(await readdir(join(model, 'sample'))).toEqual(['image-0.png']);
    // What no part is made of stays where it was.
    expect(await readdir(join(model, 'unet'))).toEqual(['model.onnx']);
    expect((await folder.run(['models', 'check', 'tiny-sd'])).exitCode).toBe(0);
    const shown = await folder.run(['models', 'show', 'tiny-sd', '--format', 'text']);
    expect(shown.exitCode).toBe(0);
  });

  it('of SDXL, with both encoders and what its pipeline does otherwise', async () => {
    await folder.added(await pipeline('tiny-xl', { kind: 'sdxl' }));
    const { files, family_options, defaults } = await folder.manifest('tiny-xl');
    expect(family_options).toEqual({
      latent_scale: 0.13025,
      side_step: 16,
      zero_empty_prompt: true,
      mend_scheduler: false,
    });
    expect(defaults).toEqual({ width: 64, height: 64, guidance_scale: 5, strength: 0.3 });
    expect(Object.keys(files)).toContain('tokenizer_vocabulary_2');
  });

  it('of a latent consistency model, with its few steps', async () => {
    await folder.added(await pipeline('tiny-lcm', { kind: 'lcm' }));
    const { family_options, defaults } = await folder.manifest('tiny-lcm');
    expect(family_options).toMatchObject({ mend_scheduler: false });
    expect(defaults).toMatchObject({ steps: 4, guidance_scale: 8.5 });
  });

  it('with the weights of its network in a file beside it', async () => {
    const { graph, weights } = withExternalWeights(sdUnetParts(SD_KINDS.sd1.unet), 'weights.pb');
    const path = await pipeline('beside', { parts: { unet: graph } }, { 'unet/weights.pb': weights });
    await folder.added(path);
    expect((await folder.manifest('beside')).files).toMatchObject({
      unet: { path: 'unet/model.onnx' },
      unet_data: { path: 'unet/weights.pb' },
    });
  });
});

describe('models add says of a folder of diffusers', () => {
  const refusal = async (path: string) => (await folder.add(path)).stderr;

  it('what is missing', async () => {
    const path = await pipeline('half', { parts: { vae_decoder: null, scheduler: null } });
    expect(await refusal(path)).toContain('vae_decoder, scheduler are missing in its folders');
    const alone = join(await pipeline('whole', {}), 'unet', 'model.onnx');
    expect(await refusal(alone)).toContain('give the whole folder, which has a model_index.json');
  });

  it('that it is not exported yet', async () => {
    const graphs = { text_encoder: null, unet: null, vae_decoder: null };
    const path = await pipeline('torch', { parts: graphs }, { 'unet/model.safetensors': 'weights' });
    expect(await refusal(path)).toContain('Export it with `optimum-cli export onnx`');
  });

  it('that its autoencoder does what can’t be done', async () => {
    const config = JSON.stringify({ scaling_factor: 0.13025, latents_mean: [0, 0, 0, 0] });
    const path = await pipeline('shifted', {}, { 'vae_decoder/config.json': config });
    expect(await refusal(path)).toContain('its autoencoder has latents_mean, which can’t be used here');
  });

  it('that its scheduler is not known', async () => {
    const path = await pipeline('unipc', { scheduler: { _class_name: 'UniPCMultistepScheduler' } });
    expect(await refusal(path)).toContain('expected one of DDIMScheduler');
    expect(await folder.modelsFound()).toEqual([]);
  });
});
