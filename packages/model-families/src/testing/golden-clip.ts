import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnownRegion, ModelManifest, Preparation, RegionCrop } from '@darkroom/contracts';
import { encodeRle, regionMaskFrom, type Size } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { goldenFile } from './golden.js';
import type { TestModels } from './test-models.js';

/** Numbers for each picture, or region, and concept. */
interface GoldenScores {
  readonly similarities: readonly (readonly number[])[];
  readonly scores: readonly (readonly number[])[];
}

export interface GoldenKind extends GoldenScores {
  readonly template: string;
  /** Of each concept within the template. */
  readonly ids: readonly (readonly number[])[];
  readonly logit_scale?: number;
  readonly regions: Readonly<Record<string, GoldenRegions>>;
}

interface GoldenRegions extends Readonly<Record<RegionCrop, GoldenScores>> {
  /** Uncompressed run lengths of each mask. */
  readonly counts: readonly (readonly number[])[];
}

export interface GoldenCases extends Readonly<Record<'clip' | 'siglip', GoldenKind>> {
  readonly concepts: readonly string[];
  readonly pictures: readonly string[];
}

export const readGoldenCases = async (): Promise<GoldenCases> =>
  JSON.parse((await goldenFile('clip/cases.json')).toString());

const SIDE = { width: 32, height: 32, resampler: 'pil-bicubic' } as const;

/** As transformers prepares pictures for these models. */
export const GOLDEN_PREPARATIONS = {
  clip: {
    resize: 'shortest-edge',
    shortest_edge: 32,
    ...SIDE,
    crop_rounding: 'transformers',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  siglip: { resize: 'stretch', ...SIDE, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
} as const satisfies Record<string, Preparation>;

const PARTS = {
  clip: {
    text_encoder: 'clip-text_model.onnx',
    vision_encoder: 'clip-vision_model.onnx',
    tokenizer_vocabulary: 'clip-vocab.json',
    tokenizer_merges: 'clip-merges.txt',
    tokenizer_config: 'clip-tokenizer_config.json',
  },
  siglip: {
    graph: 'siglip-model.onnx',
    tokenizer: 'siglip-tokenizer.json',
    tokenizer_config: 'siglip-tokenizer_config.json',
  },
} as const;

/** One of the small networks of the golden data, as a model. */
export function loadGoldenClip(
  models: TestModels,
  kind: keyof typeof PARTS,
  family_options: ModelManifest['family_options'] = {},
): Promise<LoadedManifest> {
  return models.loadWritten(async (folder) => {
    const files: ModelManifest['files'] = {};
    await mkdir(join(folder, kind), { recursive: true });
    for (const [part, path] of Object.entries(PARTS[kind])) {
      const bytes = await goldenFile(`clip/${path}`);
      await writeFile(join(folder, kind, path), bytes);
      files[part] = { path, sha256: createHash('sha256').update(bytes).digest('hex') };
    }
    const manifest: ModelManifest = {
      id: kind,
      task: 'analysis',
      family: 'clip',
      description: 'A small network of random weights.',
      license: 'Apache-2.0',
      files,
      preparation: GOLDEN_PREPARATIONS[kind],
      family_options,
    };
    await writeFile(join(folder, kind, 'model.json'), JSON.stringify(manifest));
  });
}

/** A mask whose uncompressed run lengths are known, as a region. */
export function goldenRegion(counts: readonly number[], { width, height }: Size): KnownRegion {
  const columns = counts.flatMap((count, i) => new Array<number>(count).fill(i % 2));
  const rows = Uint8Array.from(columns, (_, i) => columns[(i % width) * height + Math.floor(i / width)]!);
  const rle = encodeRle(regionMaskFrom(rows, width, height), width, height);
  return { rle: { size: [...rle.size], counts: rle.counts }, predicted_iou: null };
}
