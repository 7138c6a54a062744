import { describe, expect, it } from 'vitest';
import { preprocessorPreparation } from './preprocessor-preparation.js';

const IMAGENET = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const VALUES = { scale: 1 / 255, mean: IMAGENET.image_mean, std: IMAGENET.image_std };

describe('the preparation in a preprocessor_config.json', () => {
  it.each([
    [
      'of SegFormer: a square',
      { do_resize: true, size: { height: 512, width: 640 }, resample: 2, do_normalize: true, ...IMAGENET },
      { resize: 'stretch', width: 640, height: 512, resampler: 'pil-bilinear', ...VALUES },
    ],
    [
      'of an older SegFormer: a number',
      { size: 512, ...IMAGENET },
      { resize: 'stretch', width: 512, height: 512, resampler: 'pil-bilinear', ...VALUES },
    ],
    [
      'of DETR: the shorter side',
      { size: { shortest_edge: 800, longest_edge: 1333 }, ...IMAGENET },
      {
        resize: 'shortest-edge',
        shortest_edge: 800,
        longest_edge: 1333,
        resampler: 'pil-bilinear',
        ...VALUES,
      },
    ],
    [
      'of an older DETR',
      { size: 800, max_size: 1333, ...IMAGENET },
      {
        resize: 'shortest-edge',
        shortest_edge: 800,
        longest_edge: 1333,
        resampler: 'pil-bilinear',
        ...VALUES,
      },
    ],
    [
      'with a divisor',
      { size: { shortest_edge: 512 }, size_divisor: 32 },
      {
        resize: 'shortest-edge',
        shortest_edge: 512,
        multiple_of: 32,
        resampler: 'pil-bilinear',
        scale: 1 / 255,
      },
    ],
    [
      'of SAM: the longer side, and padding',
      { size: { longest_edge: 1024 }, pad_size: { height: 1024, width: 1024 }, do_pad: true, ...IMAGENET },
      {
        resize: 'letterbox',
        width: 1024,
        height: 1024,
        letterbox_anchor: 'top-left',
        letterbox_rounding: 'round-half-up',
        resampler: 'pil-bilinear',
        ...VALUES,
      },
    ],
    [
      'that neither rescales nor normalizes nor resizes',
      { do_resize: false, do_rescale: false, do_normalize: false, ...IMAGENET },
      { resampler: 'pil-bilinear', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
    ],
    [
      'with a factor of its own',
      { rescale_factor: 1 / 127.5, image_mean: [1, 1, 1] },
      { resampler: 'pil-bilinear', scale: 1 / 127.5, mean: [1, 1, 1] },
    ],
    [
      'that is nonsense',
      { image_mean: ['a', 2, 3], image_std: [0, 1, 1], rescale_factor: -1, size: { width: -5, height: 1e9 } },
      { resampler: 'pil-bilinear', scale: 1 / 255 },
    ],
  ])('is read, %s', (_, config, expected) => {
    expect(preprocessorPreparation(config).hints).toEqual(expected);
  });

  it.each([
    [1, 'pil-lanczos'],
    [2, 'pil-bilinear'],
    [3, 'pil-bicubic'],
  ])('has the resampler of PIL’s filter %i', (resample, resampler) => {
    expect(preprocessorPreparation({ resample })).toMatchObject({ hints: { resampler }, notes: [] });
  });

  it('leaves out a size of the longer side alone, and one padded to another size', () => {
    for (const pad of [{}, { pad_size: { height: 512, width: 1024 } }]) {
      const { hints, notes } = preprocessorPreparation({ size: { longest_edge: 1024 }, ...pad });
      expect(hints).not.toHaveProperty('resize');
      expect(notes).toEqual([expect.stringContaining('size is of a kind that is not known')]);
    }
  });

  it('says what is done otherwise', () => {
    const { notes } = preprocessorPreparation({ resample: 4, size: 'large' });
    expect(notes).toEqual([
      expect.stringContaining('size is of a kind that is not known'),
      expect.stringContaining('PIL’s box filter'),
    ]);
  });

  it.each([
    [
      { do_center_crop: true, crop_size: 224 },
      { width: 224, height: 224 },
    ],
    [
      { do_center_crop: true, crop_size: { width: 320, height: 240 } },
      { width: 320, height: 240 },
    ],
    [{ do_center_crop: true, crop_size: { width: -1, height: 240 } }, null],
    [{ do_center_crop: true }, null],
    [{ do_center_crop: false, crop_size: 224 }, null],
  ])('tells what is cut out: %j', (config, centerCrop) => {
    expect(preprocessorPreparation(config).centerCrop).toEqual(centerCrop);
  });

  it('of an older CLIP has the shorter side as a number', () => {
    const { hints } = preprocessorPreparation({ feature_extractor_type: 'CLIPFeatureExtractor', size: 224 });
    expect(hints).toMatchObject({ resize: 'shortest-edge', shortest_edge: 224 });
  });
});
