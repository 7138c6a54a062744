import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import { type EncoderSize, imageEncoderGraph } from './image-encoder-graph.js';
import { maskDecoderGraph } from './mask-decoder-graph.js';
import { INPUT_SIDE } from './sam-sizes.js';

/** A folder of models with one in it, which Darkroom and transformers.js read alike. */
export interface SamModelFolder {
  readonly modelsFolder: string;
  readonly id: string;
  readonly decoderFile: string;
}

const ENCODER = 'onnx/vision_encoder.onnx';
const DECODER = 'onnx/prompt_encoder_mask_decoder.onnx';
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];
/** PIL's number of bilinear. */
const BILINEAR = 2;

/** Writes a Segment Anything in the way of transformers' split, in a temporary folder. */
export async function writeSamModel(size: EncoderSize): Promise<SamModelFolder> {
  const modelsFolder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
  const id = `sam-${size}`;
  const folder = join(modelsFolder, id);
  const write = async (path: string, bytes: Uint8Array | string): Promise<string> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    return createHash('sha256').update(bytes).digest('hex');
  };
  const encoder = { path: ENCODER, sha256: await write(ENCODER, imageEncoderGraph(size)) };
  const decoder = { path: DECODER, sha256: await write(DECODER, maskDecoderGraph()) };
  await write('model.json', JSON.stringify(manifestOf(id, { encoder, decoder })));
  await write('config.json', JSON.stringify({ model_type: 'sam', architectures: ['SamModel'] }));
  await write('preprocessor_config.json', JSON.stringify(PREPROCESSING));
  return { modelsFolder, id, decoderFile: join(folder, DECODER) };
}

function manifestOf(id: string, files: ModelManifest['files']): ModelManifest {
  return {
    id,
    task: 'segmentation',
    family: 'sam',
    description: 'As large as Segment Anything, with random weights.',
    license: 'Apache-2.0',
    files,
    preparation: {
      resize: 'letterbox',
      letterbox_anchor: 'top-left',
      letterbox_rounding: 'round-half-up',
      width: INPUT_SIDE,
      height: INPUT_SIDE,
      resampler: 'pil-bilinear',
      mean: MEAN,
      std: STD,
    },
    family_options: { prompt_kinds: ['points'] },
    // Loaded when the worker starts: no job pays for it.
    runtime: { preload: true },
  };
}

/** The same for transformers.js, as the published models have it. */
const PREPROCESSING = {
  image_processor_type: 'SamImageProcessor',
  processor_class: 'SamProcessor',
  do_convert_rgb: true,
  do_resize: true,
  size: { longest_edge: INPUT_SIDE },
  resample: BILINEAR,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: MEAN,
  image_std: STD,
  do_pad: true,
  pad_size: { width: INPUT_SIDE, height: INPUT_SIDE },
};
