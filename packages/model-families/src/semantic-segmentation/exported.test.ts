import type { ModelManifest } from '@darkroom/contracts';
import { decodeImage } from '@darkroom/imaging';
import { decodeNpy } from '@darkroom/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pipeline } from '../family.js';
import { countDifferent, goldenFile, goldenPicture, goldenTensor } from '../testing/golden.js';
import { segment, TestModels } from '../testing/test-models.js';

/** Logits are sums of thousands of products, which runtimes add up in other orders. */
const SAME_LOGIT = 1e-4;
const MOST_PIXELS = 1e6;

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

describe.each(['deeplabv3', 'fcn', 'lraspp'])('%s of torchvision, as models/export writes it', (name) => {
  let pipeline: Pipeline;

  beforeAll(async () => {
    const graph = await goldenFile(`semantic-segmentation/${name}.onnx`);
    const { manifest } = JSON.parse((await goldenFile(`semantic-segmentation/${name}.json`)).toString()) as {
      manifest: Partial<ModelManifest>;
    };
    expect(await models.problemsOf(graph, manifest)).toEqual([]);
    pipeline = await models.open(graph, manifest);
  });

  it('gives the logits of PyTorch with torchvision’s own preparation', async () => {
    const { artifacts } = await answer();
    const logits = decodeNpy(artifacts['logits.npy']!.bytes);
    const expected = await goldenTensor(`semantic-segmentation/${name}-logits.npy`);
    expect(logits.dims).toEqual(expected.dims);
    const apart = logits.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)),
      0,
    );
    expect(apart).toBeLessThan(SAME_LOGIT);
  });

  it('gives every pixel of the picture the class that PyTorch gives it', async () => {
    const { artifacts, result } = await answer();
    const expected = await goldenPicture(`semantic-segmentation/${name}-map.png`);
    const map = await decodeImage(artifacts['segmentation_map.png']!.bytes, { maxPixels: MOST_PIXELS });
    expect(result.classes.length).toBe(5);
    expect(countDifferent(map.data, expected.data)).toBe(0);
  });

  async function answer() {
    return segment(pipeline, await goldenPicture('rcnn/scene.png'), { outputs: ['logits'] });
  }
});
