import type { ModelManifest } from '@darkroom/contracts';
import { describeProblem, withDefaults } from '@darkroom/model-catalog';
import type { GraphSignature, TensorSpec } from '@darkroom/tensor';
import { samManifest } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { META, type SamGraphs, samGraphs } from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';
import { readSignature } from './signature.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const split: SamGraphs = { exported: 'transformers' };
const sam2: SamGraphs = { exported: 'sam2' };

const letterbox = {
  resize: 'letterbox',
  width: 128,
  height: 128,
  letterbox_anchor: 'top-left',
  letterbox_rounding: 'round-half-up',
  resampler: 'pil-bilinear',
} as const;

/** What is wrong with a model of these graphs. */
const problemsOf = (encoder: SamGraphs, decoder: SamGraphs, manifest: Partial<ModelManifest> = {}) =>
  models.problemsOf(
    { encoder: samGraphs(encoder).encoder, decoder: samGraphs(decoder).decoder },
    { ...samManifest(decoder), ...manifest },
  );

describe('two graphs that don’t fit are told with file, field and remedy:', () => {
  it.each<[string, SamGraphs, SamGraphs, Partial<ModelManifest>, string[]]>([
    [
      'a preparation that would place pictures otherwise than the masks are read',
      META,
      META,
      { preparation: { resize: 'letterbox', width: 128, height: 128, resampler: 'pil-bilinear' } },
      [
        'model.json#/preparation/letterbox_anchor: expected top-left, as segment-anything has it, got center',
        'model.json#/preparation/letterbox_rounding: expected round-half-up, as segment-anything has it, got round',
      ],
    ],
    [
      'another resize mode',
      META,
      META,
      { preparation: { resize: 'shortest-edge', shortest_edge: 128, resampler: 'pil-bilinear' } },
      [
        'model.json#/preparation/resize: expected letterbox (segment-anything) or stretch (SAM 2), got shortest-edge',
        'model.json#/preparation/resize: expected stretch or letterbox, since the size of the graph’s input image: float32[1, 3, 128, 128] is fixed, got shortest-edge',
      ],
    ],
    [
      'an input that isn’t square',
      { exported: 'meta', prepares: true },
      META,
      { preparation: { ...letterbox, height: 64, layout: 'nhwc', scale: 1 } },
      [
        'model.json#/preparation/height: expected 128, the same as width, got 64; the encoder’s input is square',
      ],
    ],
    [
      'prompts that the decoder doesn’t take, though nobody said it does',
      split,
      split,
      { family_options: {} },
      [
        'model.json#/family_options/prompt_kinds: expected ["points"], what the decoder takes, or less with "points" among it; got ["points","boxes","masks"], the default',
      ],
    ],
    [
      'prompts without points',
      META,
      META,
      { family_options: { prompt_kinds: ['boxes'] } },
      [
        'model.json#/family_options/prompt_kinds: expected ["points","boxes","masks"], what the decoder takes, or less with "points" among it; got ["boxes"]',
      ],
    ],
    [
      'encoder and decoder of two networks',
      { exported: 'meta', side: 64 },
      META,
      { preparation: { ...letterbox, width: 64, height: 64 } },
      [
        'decoder.onnx, input image_embeddings: expected an output of the encoder that fits image_embeddings: float32[1, 3, 64, 64], got image_embeddings: float32[1, 3, 32, 32]. Export encoder and decoder of the same network, and keep the names of what goes between them',
      ],
    ],
    [
      'encoder and decoder of two exports',
      META,
      sam2,
      {},
      ['high_res_feats_0', 'high_res_feats_1', 'image_embed'].map(
        (name) =>
          expect.stringContaining(
            `decoder.onnx, input ${name}: expected an output of the encoder that fits`,
          ) as unknown as string,
      ),
    ],
    [
      'defaults that requests could not have',
      META,
      META,
      { defaults: { automatic: { points_per_side: 0 }, multimask: 'yes', prompts: [] } },
      [
        'model.json#/defaults/prompts: is not a known field; known are mode, multimask, automatic, mask_format, polygon_tolerance, overlay_opacity, overlay_outlines, outputs, output_format',
        'model.json#/defaults/multimask: expected true or false, got "yes"',
        'model.json#/defaults/automatic/points_per_side: expected a whole number from 1 to 128, got 0. The picture is asked at a grid of so many times so many points. All crops together may have 16384',
      ],
    ],
  ])('%s', async (_, encoder, decoder, manifest, problems) => {
    expect((await problemsOf(encoder, decoder, manifest)).sort()).toEqual([...problems].sort());
  });

  it('encoder and decoder in each other’s place', async () => {
    const { encoder, decoder } = samGraphs(META);
    const problems = await models.problemsOf({ encoder: decoder, decoder: encoder }, samManifest(META));
    expect(problems).toContainEqual(
      expect.stringMatching(
        /^decoder\.onnx, inputs: expected a decoder of SAM 2 .*; transformers .*; segment-anything .*; got image: float32\[1, 3, 128, 128\]\. It is the other way round: change encoder and decoder in `files`$/,
      ),
    );
  });

  it('one of the two that is missing', async () => {
    const problems = await models.problemsOf({ encoder: samGraphs(META).encoder }, samManifest(META));
    expect(problems).toEqual(['model.json#/files/decoder: is missing; a model of the family sam needs it']);
  });
});

const float = (name: string, dims: TensorSpec['dims']): TensorSpec => ({ name, type: 'float32', dims });

/** segment-anything's own export of a decoder, and an encoder for it. */
const OFFICIAL = {
  encoder: {
    inputs: [float('images', [1, 3, 1024, 1024])],
    outputs: [float('embeddings', [1, 256, 64, 64])],
  },
  decoder: {
    inputs: [
      float('image_embeddings', [1, 256, 64, 64]),
      float('point_coords', [1, null, 2]),
      float('point_labels', [1, null]),
      float('mask_input', [1, 1, 256, 256]),
      float('has_mask_input', [1]),
      float('orig_im_size', [2]),
    ],
    outputs: [
      float('masks', [null, null, null, null]),
      float('iou_predictions', [null, 4]),
      float('low_res_masks', [null, 4, 256, 256]),
    ],
  },
} satisfies Record<string, GraphSignature>;

/** transformers.js' export of SAM 2.1. */
const SAM_2_SPLIT = {
  encoder: {
    inputs: [float('pixel_values', [null, 3, 1024, 1024])],
    outputs: [
      float('image_embeddings.0', [null, 32, 256, 256]),
      float('image_embeddings.1', [null, 64, 128, 128]),
      float('image_embeddings.2', [null, 256, 64, 64]),
    ],
  },
  decoder: {
    inputs: [
      float('input_points', [null, null, null, 2]),
      { name: 'input_labels', type: 'int64', dims: [null, null, null] },
      float('input_boxes', [null, null, 4]),
      float('image_embeddings.0', [null, 32, 256, 256]),
      float('image_embeddings.1', [null, 64, 128, 128]),
      float('image_embeddings.2', [null, 256, 64, 64]),
    ],
    outputs: [
      float('iou_scores', [null, null, 3]),
      float('pred_masks', [null, null, 3, 256, 256]),
      float('object_score_logits', [null, null, 1]),
    ],
  },
} satisfies Record<string, GraphSignature>;

const manifestOf = (more: Partial<ModelManifest> = {}) => {
  const file = (path: string) => ({ path, sha256: '0'.repeat(64) });
  return withDefaults({
    id: 'model',
    task: 'segmentation',
    family: 'sam',
    description: 'd',
    license: 'MIT',
    files: { encoder: file('encoder.onnx'), decoder: file('decoder.onnx') },
    preparation: { ...letterbox, width: 1024, height: 1024 },
    ...more,
  });
};

/** A signature with other inputs or outputs under some names; `null` leaves one out. */
function withSpecs(
  graph: GraphSignature,
  specs: Readonly<Record<string, TensorSpec | null>>,
): GraphSignature {
  const change = (all: readonly TensorSpec[]) =>
    all.flatMap((spec) => (spec.name in specs ? (specs[spec.name] ?? []) : spec));
  return { inputs: change(graph.inputs), outputs: change(graph.outputs) };
}

describe('the signature', () => {
  it('of segment-anything’s own export is understood: a prompt a run, whatever the encoder calls its output', () => {
    const { signature, problems } = readSignature(manifestOf(), OFFICIAL.encoder, OFFICIAL.decoder);
    expect(problems).toEqual([]);
    const { encoder, decoder } = signature!;
    expect(encoder).toMatchObject({ inputName: 'images', resize: 'longest-side', inputSide: 1024 });
    expect(encoder.input).toMatchObject({ isPadded: true, hasBatch: true });
    expect(decoder.links.map(({ output, input }) => [output, input.name])).toEqual([
      ['embeddings', 'image_embeddings'],
    ]);
    expect(decoder.maskCells).toEqual({ width: 256, height: 256 });
    const prompt = { points: [{ x: 1, y: 1, positive: true }], box: null, mask: null };
    expect(decoder.promptsPerRun(prompt)).toBe(1);
    expect(decoder.outputNames).toEqual(['low_res_masks', 'iou_predictions']);
  });

  it('of transformers.js’ SAM 2 is understood, with the coarsest embedding as the main one', () => {
    const manifest = manifestOf({
      preparation: { resize: 'stretch', width: 1024, height: 1024, resampler: 'pil-bilinear' },
      family_options: { prompt_kinds: ['points', 'boxes'] },
    });
    const { signature, problems } = readSignature(manifest, SAM_2_SPLIT.encoder, SAM_2_SPLIT.decoder);
    expect(problems).toEqual([]);
    expect(signature!.encoder.resize).toBe('stretch');
    expect(signature!.decoder).toMatchObject({ mainOutput: 'image_embeddings.2', takesBoxes: true });
    expect(signature!.decoder.links).toHaveLength(3);
  });

  it.each<[string, GraphSignature, RegExp]>([
    [
      'an input that nothing is known of',
      withSpecs(OFFICIAL.decoder, {
        masks: null,
        orig_im_size: float('orig_im_size', [2]),
        has_mask_input: float('interm_embeddings', [4]),
      }),
      /input interm_embeddings: nothing is known of .*Export the decoder without it/,
    ],
    [
      'a missing input',
      withSpecs(OFFICIAL.decoder, { point_labels: null }),
      /input point_labels: expected float32 .* of \[prompts, points\].*got none of this name among/,
    ],
    [
      'a fixed number of points',
      withSpecs(OFFICIAL.decoder, { point_coords: float('point_coords', [1, 5, 2]) }),
      /input point_coords: expected .*\[prompts, points, 2\], with free sizes for what is counted; got point_coords: float32\[1, 5, 2\]/,
    ],
    [
      'masks in the size of the picture alone',
      withSpecs(OFFICIAL.decoder, { low_res_masks: null }),
      /output low_res_masks: expected/,
    ],
    [
      'a network that is not split',
      { ...OFFICIAL.encoder, outputs: OFFICIAL.decoder.outputs },
      /inputs: expected a decoder of .*It takes a picture itself: export the image encoder and the decoder of masks as two graphs/,
    ],
  ])('is refused for %s', (_, decoder, problem) => {
    const { problems } = readSignature(manifestOf(), OFFICIAL.encoder, decoder);
    const lines = problems.map(describeProblem);
    expect(lines.filter((line) => problem.test(line))).toHaveLength(1);
    expect(lines.every((line) => line.startsWith('decoder.onnx, '))).toBe(true);
  });

  it('is refused for an encoder of bytes, in the encoder’s name', () => {
    const encoder = withSpecs(OFFICIAL.encoder, {
      images: { name: 'images', type: 'uint8', dims: [1, 3, 1024, 1024] },
    });
    const { problems } = readSignature(manifestOf(), encoder, OFFICIAL.decoder);
    expect(problems).toEqual([
      { file: 'encoder.onnx', field: 'input images', detail: expect.stringContaining('float32 or float16') },
    ]);
  });
});
