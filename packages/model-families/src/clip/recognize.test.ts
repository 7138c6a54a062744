import type { TensorSpec } from '@darkroom/tensor';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../families.js';
import type { CandidateCompanion, CandidateGraph, IncompleteModel, Recognition } from '../recognition.js';
import { float, graphOf, int } from '../testing/recognize-all.js';

const pixels = float('pixel_values', null, 3, 224, 224);
const anyPixels = float('pixel_values', null, null, null, null);
const ids = int('input_ids', null, null);
const mask = int('attention_mask', null, null);
const hidden = (name: string) => float(name, null, null, 512);

function graph(path: string, inputs: readonly TensorSpec[], outputs: readonly TensorSpec[]): CandidateGraph {
  const picture = inputs.find(({ dims }) => dims.length === 4);
  const side = picture?.dims[3] ?? null;
  return graphOf(inputs, outputs, { path, width: side, height: side, layout: 'nchw' });
}

const embeddings = (...names: string[]) => names.map((name) => float(name, null, 512));
const ofTexts = graph('onnx/text_model.onnx', [ids, mask], embeddings('text_embeds'));
const ofPictures = graph('onnx/vision_model.onnx', [pixels], embeddings('image_embeds'));
const logits = [float('logits_per_image', null, null), float('logits_per_text', null, null)];
const both = graph(
  'onnx/model.onnx',
  [ids, anyPixels, mask],
  [...logits, ...embeddings('text_embeds', 'image_embeds')],
);
const pooledTexts = graph(
  'onnx/text_model.onnx',
  [ids],
  [hidden('last_hidden_state'), ...embeddings('pooler_output')],
);
const pooledPictures = graph(
  'onnx/vision_model.onnx',
  [pixels],
  [hidden('last_hidden_state'), ...embeddings('pooler_output')],
);
const siglipBoth = graph('onnx/model.onnx', [ids, pixels], both.signature.outputs);

const file = (path: string, config: CandidateCompanion['config'] = null): CandidateCompanion => ({
  path,
  config,
});
const tokenizer = [
  file('tokenizer.json'),
  file('tokenizer_config.json'),
  file('vocab.json'),
  file('merges.txt'),
];
const clipFolder = [...tokenizer, file('config.json', { model_type: 'clip' })];
const siglipFolder = [
  ...tokenizer,
  file('config.json', {
    model_type: 'siglip',
    text_config: { max_position_embeddings: 64 },
    vision_config: { image_size: 384 },
  }),
];

/** What the families make of graphs and what lies beside them, by their names. */
function recognize(
  graphs: readonly CandidateGraph[],
  companions: readonly CandidateCompanion[] = clipFolder,
) {
  const candidate = { graphs, companions, architecture: null, labels: null };
  const found = FAMILIES.map(({ name, recognize: ask }) => [name, ask?.(candidate) ?? null] as const);
  return Object.fromEntries(found.filter(([, recognition]) => recognition !== null)) as Record<
    string,
    Recognition & Partial<IncompleteModel>
  >;
}

describe('a CLIP', () => {
  it('of two graphs is told by what they take and give', () => {
    expect(recognize([ofPictures, ofTexts])).toEqual({
      clip: {
        sureness: 'certain',
        reason: 'onnx/text_model.onnx and onnx/vision_model.onnx are the encoders of a CLIP',
        classes: 0,
        preparation: {
          resize: 'shortest-edge',
          shortest_edge: 224,
          width: 224,
          height: 224,
          resampler: 'pil-bicubic',
          crop_rounding: 'transformers',
          mean: [0.48145466, 0.4578275, 0.40821073],
          std: [0.26862954, 0.26130258, 0.27577711],
        },
        familyOptions: {},
        defaults: { template: 'a photo of a {}' },
        isCropped: true,
        parts: {
          text_encoder: 'onnx/text_model.onnx',
          vision_encoder: 'onnx/vision_model.onnx',
          tokenizer: 'tokenizer.json',
          tokenizer_config: 'tokenizer_config.json',
        },
        pictureGraph: 'onnx/vision_model.onnx',
      },
    });
  });

  it('of one graph is that, and of three files the two that cost less', () => {
    expect(recognize([both]).clip).toMatchObject({
      parts: { graph: 'onnx/model.onnx' },
      pictureGraph: 'onnx/model.onnx',
      reason: 'onnx/model.onnx is both encoders of a CLIP',
    });
    const { parts } = recognize([both, ofTexts, ofPictures]).clip!;
    expect(parts).not.toHaveProperty('graph');
    expect(parts).toMatchObject({ text_encoder: 'onnx/text_model.onnx' });
  });

  it('may have its vocabulary and merges alone', () => {
    const { parts } = recognize([both], [file('vocab.json'), file('merges.txt')]).clip!;
    expect(parts).toEqual({
      graph: 'onnx/model.onnx',
      tokenizer_vocabulary: 'vocab.json',
      tokenizer_merges: 'merges.txt',
    });
  });

  it('whose two graphs give what can’t be compared is taken from the one of both, or refused', () => {
    expect(recognize([pooledTexts, pooledPictures, both]).clip!.parts).toMatchObject({
      graph: 'onnx/model.onnx',
    });
    expect(recognize([pooledTexts, pooledPictures]).clip!.lacks).toMatch(
      /^it gives pooler_output, which can’t be compared: of a CLIP both encoders must be exported with their projections/,
    );
  });
});

describe('a SigLIP', () => {
  it('is the graph of both where there is one, which alone tells its scale', () => {
    const { clip } = recognize([pooledTexts, pooledPictures, siglipBoth], siglipFolder);
    expect(clip).toMatchObject({
      reason: 'onnx/model.onnx is both encoders of a SigLIP',
      familyOptions: { activation: 'sigmoid', max_tokens: 64 },
      defaults: { template: 'This is a photo of {}.' },
      preparation: { resize: 'stretch', width: 224, mean: [0.5, 0.5, 0.5] },
    });
    expect(clip!.parts).toHaveProperty('graph');
  });

  it('of two graphs is told, too; its pooled outputs can be compared', () => {
    const { clip } = recognize([pooledTexts, pooledPictures], siglipFolder);
    expect(clip).toMatchObject({ familyOptions: { activation: 'sigmoid', max_tokens: 64 } });
    expect(clip!.parts).toMatchObject({ text_encoder: 'onnx/text_model.onnx' });
  });

  it('is known without its config by what takes no mask, and has the side that the config names', () => {
    const bare = recognize([siglipBoth], tokenizer).clip!;
    expect(bare.familyOptions).toEqual({ activation: 'sigmoid' });
    const free = graph('onnx/model.onnx', [ids, anyPixels], both.signature.outputs);
    expect(recognize([free], siglipFolder).clip!.preparation).toMatchObject({ width: 384, height: 384 });
  });
});

describe('what is no whole CLIP', () => {
  it.each([
    ['without its other half', [ofTexts], clipFolder, 'the encoder of pictures is missing'],
    ['without its other half', [ofPictures], clipFolder, 'the encoder of texts is missing'],
    ['without a tokenizer', [both], [], 'its tokenizer.json is missing. Give the whole folder'],
    [
      'with one graph too many',
      [ofTexts, { ...ofTexts, path: 'other.onnx' }, ofPictures],
      clipFolder,
      'expected one, got onnx/text_model.onnx, other.onnx too',
    ],
  ])('%s is told so', (_, graphs, companions, lacks) => {
    expect(recognize(graphs, companions).clip!.lacks).toContain(lacks);
  });

  it('is left to others', () => {
    expect(recognize([pooledPictures], [])).not.toHaveProperty('clip');
    expect(recognize([pooledTexts], [])).not.toHaveProperty('clip');
    const classifier = graph('model.onnx', [pixels], [float('logits', null, 1000)]);
    expect(recognize([classifier])).not.toHaveProperty('clip');
  });
});
