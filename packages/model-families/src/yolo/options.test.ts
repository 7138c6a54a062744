import type { ModelManifest } from '@darkroom/contracts';
import { withDefaults } from '@darkroom/model-catalog';
import { describe, expect, it } from 'vitest';
import { requestOptions } from './options.js';

const optionsOf = (more: Partial<ModelManifest>) => {
  const manifest = withDefaults({
    id: 'model',
    task: 'detection',
    family: 'yolo',
    description: 'd',
    license: 'MIT',
    files: { graph: { path: 'net.onnx', sha256: '0'.repeat(64) } },
    preparation: { resize: 'letterbox', width: 640, height: 640, resampler: 'cv2-linear' },
    ...more,
  });
  const { properties } = requestOptions(manifest) as unknown as {
    properties: Readonly<Record<string, { readonly default?: unknown }>>;
  };
  return properties;
};

const defaultsOf = (more: Partial<ModelManifest>) =>
  Object.fromEntries(Object.entries(optionsOf(more)).map(([name, option]) => [name, option.default]));

describe('the request options of a model', () => {
  it('have the defaults of ultralytics', () => {
    expect(defaultsOf({})).toEqual({
      score_threshold: 0.25,
      iou_threshold: 0.7,
      class_agnostic: false,
      classes: undefined,
      max_detections: 300,
      outputs: [],
      output_format: 'jpeg',
      crop_padding: 0,
    });
  });

  it.each<[string, ModelManifest['family_options']]>([
    ['v5 and v7', { objectness: true }],
    ['YOLOX', { layout: 'grid' }],
    ['Darknet', { layout: 'darknet-heads' }],
    ['raw heads', { layout: 'raw-heads' }],
  ])('suppress earlier for %s', (_, family_options) => {
    expect(defaultsOf({ family_options: family_options! })).toMatchObject({ iou_threshold: 0.45 });
  });

  it('have nothing of suppression where the graph has done it', () => {
    const names = Object.keys(optionsOf({ family_options: { layout: 'end-to-end' } }));
    expect(names).not.toContain('iou_threshold');
    expect(names).not.toContain('class_agnostic');
    expect(names).toContain('score_threshold');
  });

  it('have masks where the model gives some', () => {
    expect(defaultsOf({ family_options: { masks: true } })).toMatchObject({
      mask_format: 'rle',
      polygon_tolerance: 1,
    });
  });

  it('have the defaults that the manifest has', () => {
    const defaults = { score_threshold: 0.4, outputs: ['overlay'], mask_format: 'polygon' };
    expect(defaultsOf({ defaults, family_options: { masks: true } })).toMatchObject(defaults);
  });
});
