import { describe, expect, it } from 'vitest';
import { float, graphOf, int, recognizeAll } from '../testing/recognize-all.js';

describe('two graphs that are a Segment Anything', () => {
  const side = 1024;
  const picture = float('pixel_values', null, 3, side, side);
  const embedding = (name: string) => float(name, null, 256, 64, 64);
  const graphs = {
    vision: graphOf([picture], [embedding('image_embeddings'), embedding('image_positional_embeddings')], {
      path: 'vision_encoder.onnx',
    }),
    split: graphOf(
      [
        float('input_points', 1, null, null, 2),
        int('input_labels', 1, null, null),
        embedding('image_embeddings'),
        embedding('image_positional_embeddings'),
      ],
      [float('iou_scores', 1, null, 3), float('pred_masks', 1, null, 3, 256, 256)],
      { path: 'prompt_encoder_mask_decoder.onnx' },
    ),
    unnamed: graphOf([float('x', 1, 3, side, side)], [float('1123', 1, 256, 64, 64)], { path: 'a.onnx' }),
    tokens: graphOf(
      [
        embedding('image_embeddings'),
        float('point_coords', 1, null, 2),
        float('point_labels', 1, null),
        float('mask_input', 1, 1, 256, 256),
        float('has_mask_input', 1),
        float('orig_im_size', 2),
      ],
      [
        float('masks', null, null, null, null),
        float('iou_predictions', null, 4),
        float('low_res_masks', null, 4, 256, 256),
      ],
      { path: 'b.onnx' },
    ),
  };
  const letterbox = {
    resize: 'letterbox',
    letterbox_anchor: 'top-left',
    letterbox_rounding: 'round-half-up',
  };

  it('are told by their inputs and outputs, whatever they are called and in whichever order', () => {
    const { vision, split, unnamed, tokens } = graphs;
    expect(recognizeAll([split, vision])).toEqual({
      sam: {
        sureness: 'certain',
        reason:
          'vision_encoder.onnx and prompt_encoder_mask_decoder.onnx are encoder and decoder of a Segment Anything as ' +
          'exported by transformers (input_points, input_labels, image_embeddings, image_positional_embeddings)',
        classes: 0,
        preparation: {
          ...letterbox,
          width: side,
          height: side,
          resampler: 'pil-bilinear',
          mean: [0.485, 0.456, 0.406],
          std: [0.229, 0.224, 0.225],
        },
        familyOptions: { prompt_kinds: ['points'] },
        parts: { encoder: vision.path, decoder: split.path },
        pictureGraph: vision.path,
      },
    });
    expect(recognizeAll([unnamed, tokens]).sam).toMatchObject({
      parts: { encoder: 'a.onnx', decoder: 'b.onnx' },
      familyOptions: { prompt_kinds: ['points', 'boxes', 'masks'] },
      reason: expect.stringContaining('exported by segment-anything'),
    });
  });

  it('leave out graphs that are no part of them', () => {
    const other = graphOf([picture], [float('logits', 1, 1000)], { path: 'other.onnx' });
    expect(recognizeAll([other, graphs.vision, graphs.split]).sam?.parts).toEqual({
      encoder: 'vision_encoder.onnx',
      decoder: 'prompt_encoder_mask_decoder.onnx',
    });
  });

  it('of SAM 2 are stretched to', () => {
    const levels = ['image_embed', 'high_res_feats_0', 'high_res_feats_1'].map(embedding);
    const encoder = graphOf([picture], levels, { path: 'encoder.onnx' });
    const [, ...prompts] = graphs.tokens.signature.inputs.slice(0, -1);
    const decoder = graphOf([...levels, ...prompts], graphs.tokens.signature.outputs, {
      path: 'decoder.onnx',
    });
    const { sam } = recognizeAll([encoder, decoder]);
    expect(sam).toMatchObject({
      preparation: { resize: 'stretch', width: side, height: side },
      familyOptions: { prompt_kinds: ['points', 'boxes', 'masks'] },
    });
    expect(sam!.preparation).not.toHaveProperty('letterbox_anchor');
  });

  it('take pixels from 0 to 255 where the encoder takes a picture without a batch', () => {
    const raw = graphOf([float('input_image', null, null, 3)], [embedding('image_embeddings')], {
      layout: 'nhwc',
      width: null,
      height: null,
    });
    const { preparation } = recognizeAll([raw, graphs.tokens]).sam!;
    expect(preparation).toMatchObject({ ...letterbox, scale: 1, layout: 'nhwc', width: side, height: side });
    expect(preparation).not.toHaveProperty('mean');
  });

  it('that don’t fit each other are one all the same: what is wrong is told when the model is checked', () => {
    const small = graphOf([picture], [float('image_embeddings', 1, 256, 32, 32)], { path: 'small.onnx' });
    expect(recognizeAll([small, graphs.tokens]).sam).toMatchObject({ familyOptions: {}, classes: 0 });
  });

  it('are missed where only one is there, though an embedding looks like logits for each class', () => {
    const encoder = recognizeAll([graphs.vision]);
    expect(encoder['semantic-segmentation']?.sureness).not.toBe('certain');
    expect(encoder.sam).toEqual({
      sureness: 'certain',
      reason: expect.stringMatching(
        /^vision_encoder\.onnx is the encoder .* image_embeddings: float32\[\?, 256, 64/,
      ),
      lacks: expect.stringMatching(
        /^its decoder is missing, .*point_coords.*input_points.* Give the files of both/,
      ),
    });
    expect(recognizeAll([graphs.tokens])).toEqual({
      sam: {
        sureness: 'certain',
        reason: expect.stringMatching(/^b\.onnx is the decoder .* segment-anything/),
        lacks: expect.stringMatching(
          /^its encoder is missing, .* gives image_embeddings: float32\[\?, 256, 64, 64\]/,
        ),
      },
    });
  });

  it('are missed too where another network gives maps of any size, which would fit', () => {
    const other = graphOf([picture], [float('out', 1, null, null, null)], { path: 'other.onnx' });
    expect(recognizeAll([other, graphs.tokens]).sam?.lacks).toMatch(/^its encoder is missing/);
  });

  it('are two graphs and not more', () => {
    const { vision, split, tokens } = graphs;
    expect(recognizeAll([vision, split, tokens]).sam).toMatchObject({
      reason: expect.stringContaining(
        'encoder vision_encoder.onnx; decoders prompt_encoder_mask_decoder.onnx, b.onnx',
      ),
      lacks: expect.stringContaining('expected one of each'),
    });
    const whole = graphOf([picture, ...tokens.signature.inputs.slice(1)], tokens.signature.outputs);
    const both = recognizeAll([graphOf([picture, ...split.signature.inputs], split.signature.outputs)]);
    expect(both.sam?.lacks).toContain('export encoder and decoder as two graphs');
    expect(recognizeAll([whole])).toEqual({});
  });
});
