import { type ModelManifest, type Preparation, PreparationSchema } from '@darkroom/contracts';
import { expect, it } from 'vitest';
import { withDefaults } from './complete-manifest.js';

const sparse: ModelManifest = {
  id: 'a',
  task: 'segmentation',
  family: 'semantic-segmentation',
  description: 'd',
  license: 'MIT',
  files: { graph: { path: 'graph.onnx', sha256: '0'.repeat(64) } },
  preparation: { resize: 'stretch', width: 8, height: 8, resampler: 'cv2-linear' },
};

it('a sparse manifest is completed with every default', () => {
  const before = structuredClone(sparse);
  expect(withDefaults(sparse)).toEqual({
    ...sparse,
    demo: false,
    palette: 'distinct',
    preparation: {
      ...sparse.preparation!,
      letterbox_anchor: 'center',
      letterbox_rounding: 'round',
      shortest_edge_rounding: 'torchvision',
      crop_rounding: 'torchvision',
      padding_color: [114, 114, 114],
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      channel_order: 'rgb',
      layout: 'nchw',
    },
    runtime: { preload: false, idle_seconds: 600, max_run_seconds: 600, cpu_fallback: false },
    batching: { max_batch: 1, max_delay_ms: 0 },
    defaults: {},
    family_options: {},
  });
  expect(sparse).toEqual(before);
});

it('what a manifest says stays', () => {
  const preparation: Preparation = {
    ...sparse.preparation!,
    mean: [1, 2, 3],
    std: [4, 5, 6],
    scale: 1,
    layout: 'nhwc',
  };
  const complete = withDefaults({ ...sparse, preparation, demo: true, runtime: { preload: true } });
  expect(complete.preparation).toMatchObject(preparation);
  expect(complete).toMatchObject({ demo: true, runtime: { preload: true, idle_seconds: 600 } });
});

it('every field of a preparation that has no meaning of its own when left out gets a value', () => {
  const complete = withDefaults(sparse).preparation;
  const freeToBeAbsent = ['width', 'height', 'shortest_edge', 'longest_edge', 'multiple_of'];
  for (const field of Object.keys(PreparationSchema.properties)) {
    if (!freeToBeAbsent.includes(field)) expect(complete).toHaveProperty(field);
  }
});
