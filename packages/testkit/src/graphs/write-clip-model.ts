import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import {
  CLIP_SIDE,
  type ClipGraphOptions,
  clipPictureGraph,
  clipTextGraph,
  clipWholeGraph,
  type WholeClipGraphOptions,
} from './clip-graphs.js';
import { clipTokenizerFiles } from './clip-tokenizer.js';

export interface ClipModel {
  readonly id: string;
  /** Of both encoders; default two graphs. */
  readonly whole?: WholeClipGraphOptions;
  readonly text?: ClipGraphOptions;
  readonly picture?: ClipGraphOptions;
  /** In place of the plain ones. */
  readonly tokenizerFiles?: Readonly<Record<string, string>>;
  /** Fields of the manifest that differ from the plain ones; each replaces the whole field. */
  readonly manifest?: Partial<ModelManifest>;
}

/** Paths by part of the manifest. */
const PATHS: Readonly<Record<string, string>> = {
  graph: 'onnx/model.onnx',
  text_encoder: 'onnx/text_model.onnx',
  vision_encoder: 'onnx/vision_model.onnx',
  tokenizer: 'tokenizer.json',
  tokenizer_config: 'tokenizer_config.json',
};

/**
 * Writes `<modelsFolder>/<id>/`: a tiny CLIP that knows the colours of `CLIP_COLORS`, with its manifest. Pictures are cut
 * to their middle, of `CLIP_SIDE` pixels.
 * @returns the model's folder, and the manifest as written
 */
export async function writeClipModel(
  modelsFolder: string,
  model: ClipModel,
): Promise<{ folder: string; manifest: ModelManifest }> {
  const folder = join(modelsFolder, model.id);
  const files: ModelManifest['files'] = {};
  for (const [part, content] of Object.entries(contentsOf(model))) {
    const path = PATHS[part]!;
    await write(folder, path, content);
    files[part] = { path, sha256: createHash('sha256').update(content).digest('hex') };
  }
  const manifest: ModelManifest = {
    id: model.id,
    task: 'analysis',
    family: 'clip',
    description: 'A tiny network for tests: texts and pictures are alike where their colours are.',
    license: 'Apache-2.0',
    files,
    preparation: {
      resize: 'shortest-edge',
      shortest_edge: CLIP_SIDE,
      width: CLIP_SIDE,
      height: CLIP_SIDE,
      resampler: 'pil-bicubic',
      crop_rounding: 'transformers',
    },
    family_options: { logit_scale: 20 },
    ...model.manifest,
  };
  await writeFile(join(folder, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { folder, manifest };
}

/** What Hugging Face's tools write beside the graphs, by kind of model. */
const CONFIGS = {
  clip: { model_type: 'clip', architectures: ['CLIPModel'] },
  siglip: { model_type: 'siglip', architectures: ['SiglipModel'] },
} as const;

const MEAN = [0.48145466, 0.4578275, 0.40821073];
const STD = [0.26862954, 0.26130258, 0.27577711];
const PREPROCESSORS = {
  clip: {
    do_resize: true,
    size: { shortest_edge: CLIP_SIDE },
    do_center_crop: true,
    crop_size: { height: CLIP_SIDE, width: CLIP_SIDE },
    resample: 3,
    image_mean: MEAN,
    image_std: STD,
  },
  siglip: {
    do_resize: true,
    size: { height: CLIP_SIDE, width: CLIP_SIDE },
    resample: 3,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  },
} as const;

/**
 * Writes such a folder as it is downloaded, without a manifest.
 * @param more files by their path, `null` for those that are left out
 */
export async function writeClipFolder(
  folder: string,
  kind: keyof typeof CONFIGS,
  model: Omit<ClipModel, 'id' | 'manifest'> = {},
  more: Readonly<Record<string, Uint8Array | string | null>> = {},
): Promise<void> {
  const contents = Object.entries(contentsOf({ id: '', ...model }));
  const files: Record<string, Uint8Array | string | null> = {
    ...Object.fromEntries(contents.map(([part, content]) => [PATHS[part]!, content])),
    'config.json': JSON.stringify(CONFIGS[kind]),
    'preprocessor_config.json': JSON.stringify(PREPROCESSORS[kind]),
    ...more,
  };
  for (const [path, content] of Object.entries(files)) {
    if (content !== null) await write(folder, path, content);
  }
}

function contentsOf({
  whole,
  text,
  picture,
  tokenizerFiles,
}: ClipModel): Record<string, Uint8Array | string> {
  const tokenizer = tokenizerFiles ?? clipTokenizerFiles();
  return {
    ...(whole
      ? { graph: clipWholeGraph(whole) }
      : { text_encoder: clipTextGraph(text), vision_encoder: clipPictureGraph(picture) }),
    tokenizer: tokenizer['tokenizer.json']!,
    tokenizer_config: tokenizer['tokenizer_config.json']!,
  };
}

async function write(folder: string, path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}
