import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sdTokenizerFiles, writeSdModel } from '@darkroom/testkit';
import { PICTURE_SIDE, TOKENS } from './diffusion-sizes.js';
import { textEncoderGraph } from './text-encoder-graph.js';
import { unetGraph } from './unet-graph.js';
import { vaeDecoderGraph } from './vae-decoder-graph.js';

/** Writes a Stable Diffusion whose tensors are those of 1.5 into a temporary folder of models. @returns that folder */
export async function writeGenerationModel(): Promise<string> {
  const modelsFolder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
  const tokenizer = JSON.parse(sdTokenizerFiles()['tokenizer_config.json']!);
  await writeSdModel(modelsFolder, {
    id: 'stable-diffusion-sized',
    defaults: { width: PICTURE_SIDE, height: PICTURE_SIDE },
    parts: {
      text_encoder: textEncoderGraph(),
      unet: unetGraph(),
      vae_decoder: vaeDecoderGraph(),
      tokenizer_config: JSON.stringify({ ...tokenizer, model_max_length: TOKENS }),
    },
  });
  return modelsFolder;
}
