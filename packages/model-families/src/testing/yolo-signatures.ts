import type { ModelManifest } from '@darkroom/contracts';
import { withDefaults } from '@darkroom/model-catalog';
import type { GraphSignature, TensorSpec } from '@darkroom/tensor';

export const letterbox = { resize: 'letterbox', width: 640, height: 640, resampler: 'cv2-linear' } as const;
export const labels80 = Array.from({ length: 80 }, (_, id) => `label ${id}`);

export const manifest = (more: Partial<ModelManifest> = {}) =>
  withDefaults({
    id: 'model',
    task: 'detection',
    family: 'yolo',
    description: 'd',
    license: 'MIT',
    files: { graph: { path: 'net.onnx', sha256: '0'.repeat(64) } },
    preparation: letterbox,
    ...more,
  });

export const options = (family_options: ModelManifest['family_options'], labels?: readonly string[]) => ({
  ...(labels && { labels: [...labels] }),
  ...(family_options && { family_options }),
});

export type Output = Partial<TensorSpec> & Pick<TensorSpec, 'dims'>;

export const graph = (outputs: readonly Output[], input: Partial<TensorSpec> = {}): GraphSignature => ({
  inputs: [{ name: 'images', type: 'float32', dims: [1, 3, 640, 640], ...input }],
  outputs: outputs.map((output, i) => ({ name: `output${i}`, type: 'float32', ...output })),
});
