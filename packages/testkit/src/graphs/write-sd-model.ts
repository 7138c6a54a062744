import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import type { FloatType } from './float-types.js';
import { SD_KINDS, type SdKind } from './sd-kinds.js';
import { type SdSafetyCheckerGraphOptions, sdSafetyCheckerGraph } from './sd-safety-checker-graph.js';
import { sdTextEncoderGraph } from './sd-text-encoder-graph.js';
import { sdTokenizerFiles } from './sd-tokenizer.js';
import { type SdUnetGraphOptions, sdUnetGraph } from './sd-unet-graph.js';
import {
  SD_PIXELS_PER_LATENT,
  type SdVaeEncoderGraphOptions,
  sdVaeDecoderGraph,
  sdVaeEncoderGraph,
} from './sd-vae-graphs.js';

export interface SdModel {
  readonly id: string;
  readonly kind?: keyof typeof SD_KINDS;
  /** Of all graphs. */
  readonly type?: FloatType;
  readonly unet?: Partial<SdUnetGraphOptions>;
  /** In place of the kind's. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  /** A model without one can't begin with a picture. */
  readonly vaeEncoder?: SdVaeEncoderGraphOptions;
  readonly safetyChecker?: SdSafetyCheckerGraphOptions;
  /** Beyond the kind's. */
  readonly familyOptions?: Readonly<Record<string, unknown>>;
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Other files, by their part in the manifest; `null`: without. */
  readonly parts?: Readonly<Record<string, Uint8Array | string | null>>;
}

/** Of pictures, in pixels. */
const SIDE = 64;

/** Where each part lies in a folder of diffusers. */
function pathOf(part: string): string {
  const second = part.endsWith('_2') ? '_2' : '';
  const [, file] = /^tokenizer_(.+?)(_2)?$/.exec(part) ?? [];
  const tokenizerFiles: Readonly<Record<string, string>> = {
    vocabulary: 'vocab.json',
    merges: 'merges.txt',
    config: 'tokenizer_config.json',
    special_tokens: 'special_tokens_map.json',
  };
  if (file !== undefined && tokenizerFiles[file]) return `tokenizer${second}/${tokenizerFiles[file]}`;
  return part === 'scheduler' ? 'scheduler/scheduler_config.json' : `${part}/model.onnx`;
}

/**
 * Writes `<modelsFolder>/<id>/`: a tiny Stable Diffusion, laid out as diffusers and optimum do it, with its manifest.
 * @returns the model's folder, and the manifest as written
 */
export async function writeSdModel(
  modelsFolder: string,
  model: SdModel,
): Promise<{ folder: string; manifest: ModelManifest }> {
  const folder = join(modelsFolder, model.id);
  const kind: SdKind = SD_KINDS[model.kind ?? 'sd1'];
  const files: ModelManifest['files'] = {};
  for (const [part, content] of Object.entries({ ...partsOf(model, kind), ...model.parts })) {
    if (content === null) continue;
    const path = pathOf(part);
    await write(folder, path, content);
    files[part] = { path, sha256: createHash('sha256').update(content).digest('hex') };
  }
  const manifest: ModelManifest = {
    id: model.id,
    task: 'generation',
    family: 'stable-diffusion',
    description: 'A tiny network for tests: blocks of colours, which follow from the prompt.',
    license: 'Apache-2.0',
    files,
    defaults: { width: SIDE, height: SIDE, ...kind.defaults, ...model.defaults },
    family_options: { latent_scale: kind.latentScale, ...kind.familyOptions, ...model.familyOptions },
  };
  await writeFile(join(folder, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { folder, manifest };
}

/**
 * Writes such a folder as it is downloaded, without a manifest: with the configurations of its components.
 * @param more files by their path, `null` for those that are left out
 */
export async function writeSdPipeline(
  folder: string,
  model: Omit<SdModel, 'id' | 'familyOptions' | 'defaults'>,
  more: Readonly<Record<string, Uint8Array | string | null>> = {},
): Promise<void> {
  const kind: SdKind = SD_KINDS[model.kind ?? 'sd1'];
  const parts = Object.entries({ ...partsOf({ id: '', ...model }, kind), ...model.parts });
  const files: Record<string, Uint8Array | string | null> = {
    'model_index.json': JSON.stringify({ _class_name: kind.pipeline, _diffusers_version: '0.30.0' }),
    'vae_decoder/config.json': JSON.stringify({
      block_out_channels: [8, 8, 8, 8],
      scaling_factor: kind.latentScale,
    }),
    'unet/config.json': JSON.stringify({
      block_out_channels: [8, 8],
      sample_size: SIDE / SD_PIXELS_PER_LATENT,
    }),
    ...Object.fromEntries(parts.map(([part, content]) => [pathOf(part), content])),
    ...more,
  };
  for (const [path, content] of Object.entries(files)) {
    if (content !== null) await write(folder, path, content);
  }
}

async function write(folder: string, path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

/** The files of a model by their part. */
function partsOf(model: SdModel, kind: SdKind): Record<string, Uint8Array | string> {
  const { type = 'float32', vaeEncoder, safetyChecker } = model;
  const parts: Record<string, Uint8Array | string> = {
    scheduler: JSON.stringify(model.scheduler ?? kind.scheduler),
    unet: sdUnetGraph({ ...unetFor(kind, type), ...model.unet }),
    vae_decoder: sdVaeDecoderGraph({ type }),
    ...(vaeEncoder && { vae_encoder: sdVaeEncoderGraph({ type, ...vaeEncoder }) }),
    ...(safetyChecker && { safety_checker: sdSafetyCheckerGraph(safetyChecker) }),
  };
  for (const [i, encoder] of kind.textEncoders.entries()) {
    const ending = i === 0 ? '' : '_2';
    parts[`text_encoder${ending}`] = sdTextEncoderGraph({ type, ...encoder });
    // The second one of SDXL is padded otherwise.
    const files = sdTokenizerFiles(i === 0 ? '<|endoftext|>' : '!');
    parts[`tokenizer_vocabulary${ending}`] = files['vocab.json']!;
    parts[`tokenizer_merges${ending}`] = files['merges.txt']!;
    parts[`tokenizer_config${ending}`] = files['tokenizer_config.json']!;
    parts[`tokenizer_special_tokens${ending}`] = files['special_tokens_map.json']!;
  }
  return parts;
}

/** A float16 export has float16 timesteps where it has no whole ones. */
function unetFor({ unet }: SdKind, type: FloatType): SdUnetGraphOptions {
  const { timestep } = unet;
  const isFloat = timestep !== undefined && timestep.type !== 'int64';
  return { ...unet, type, ...(isFloat && { timestep: { ...timestep, type } }) };
}
