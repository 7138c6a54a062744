import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import { decodeImage } from '@darkroom/imaging';
import { readCatalog } from '@darkroom/model-catalog';
import { decodeNpy } from '@darkroom/tensor';
import { sharedAsset } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES } from '../families.js';
import { checkModel, type OpenedModel, openModel } from '../open-model.js';
import { openOnCpu, segment, TestModels } from '../testing/test-models.js';

const graphFile = sharedAsset('models/deeplabv3-mnv2-voc/deeplab_v3_1_default_1.onnx');
const BIRD = 3;

const labels = [
  'background aeroplane bicycle bird boat bottle bus car cat chair cow',
  'diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor',
].flatMap((line) => line.split(' '));

/** What a model of a known family needs to be served: this, and its weights. */
const manifest = (sha256: string): ModelManifest => ({
  id: 'deeplabv3-mnv2-voc',
  task: 'segmentation',
  family: 'semantic-segmentation',
  description: 'DeepLabV3 on MobileNetV2, the 21 classes of Pascal VOC',
  license: 'Apache-2.0',
  files: { graph: { path: 'deeplab.onnx', sha256 } },
  labels,
  palette: 'pascal-voc',
  preparation: {
    resize: 'stretch',
    width: 257,
    height: 257,
    resampler: 'pil-bilinear',
    scale: 1 / 127.5,
    mean: [1, 1, 1],
    std: [1, 1, 1],
    layout: 'nhwc',
  },
});

describe.skipIf(graphFile === null)('DeepLabV3 for Pascal VOC, from its manifest alone', () => {
  let models: TestModels;
  let model: OpenedModel;

  beforeAll(async () => {
    models = await TestModels.create();
    const folder = join(models.folder, 'models', 'deeplabv3-mnv2-voc');
    await mkdir(folder, { recursive: true });
    await copyFile(graphFile!, join(folder, 'deeplab.onnx'));
    const sha256 = createHash('sha256')
      .update(await readFile(graphFile!))
      .digest('hex');
    await writeFile(join(folder, 'model.json'), JSON.stringify(manifest(sha256)));
    const catalog = await readCatalog([join(models.folder, 'models')], { families: FAMILIES });
    expect(catalog.rejected).toEqual([]);
    expect(await checkModel(catalog.models[0]!, openOnCpu)).toEqual([]);
    model = await openModel(catalog.models[0]!, openOnCpu);
  });

  afterAll(async () => {
    await model.close();
    await models.delete();
  });

  const photo = async (name: string) =>
    decodeImage(await readFile(sharedAsset(`photos/${name}`)!), { maxPixels: 1e7 });

  it.each([
    ['coral_cat_720p.jpg', 8, 0.355],
    ['coral_parrot.jpg', BIRD, 0.163],
    ['coral_pets.jpg', 12, 0.133],
    ['coral_bird_segmentation.png', BIRD, 0.198],
  ])('sees in %s class %d at %f of the network’s pixels', async (name, classId, share) => {
    const { artifacts } = await segment(model.pipeline, await photo(name), { outputs: ['logits'] });
    const { dims, data } = decodeNpy(artifacts['logits.npy']!.bytes);
    expect(dims).toEqual([21, 257, 257]);
    const pixels = 257 * 257;
    let ofClass = 0;
    for (let at = 0; at < pixels; at++) {
      let best = 0;
      for (let k = 1; k < 21; k++) if (data[k * pixels + at]! > data[best * pixels + at]!) best = k;
      if (best === classId) ofClass++;
    }
    expect(Math.abs(ofClass / pixels - share)).toBeLessThan(0.01);
  });

  it('finds the bird where its drawn mask has it', async () => {
    const { artifacts } = await segment(model.pipeline, await photo('coral_bird_segmentation.png'));
    const map = await decodeImage(artifacts['segmentation_map.png']!.bytes, { maxPixels: 1e7 });
    const mask = await photo('coral_bird_segmentation_mask.png');
    expect([map.width, map.height]).toEqual([mask.width, mask.height]);
    let both = 0;
    let either = 0;
    for (let at = 0; at < map.data.length; at += 3) {
      const [found, drawn] = [map.data[at] === BIRD, mask.data[at] === BIRD];
      if (found && drawn) both++;
      if (found || drawn) either++;
    }
    expect(both / either).toBeGreaterThanOrEqual(0.86);
  });
});
