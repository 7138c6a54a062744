import { readFile } from 'node:fs/promises';
import type { ModelManifest } from '@darkroom/contracts';
import { sharedAsset } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Pipeline } from '../family.js';
import { expectReferenceBoxes } from '../testing/reference-boxes.js';
import { TestModels } from '../testing/test-models.js';

const graphFile = sharedAsset('models/yolox-nano/yolox_nano.onnx');
const referenceFile = sharedAsset('reference/onnx.yolox-nano.json');
const namesFile = sharedAsset('models/yolo-fastest-1.1/coco.names');

/** What a model of a known family needs to be served: this, its labels, and its weights. */
const manifest: Partial<ModelManifest> = {
  task: 'detection',
  family: 'yolo',
  description: 'YOLOX nano, the 80 classes of COCO',
  preparation: {
    resize: 'letterbox',
    width: 416,
    height: 416,
    resampler: 'cv2-linear',
    letterbox_anchor: 'top-left',
    letterbox_rounding: 'truncate',
    channel_order: 'bgr',
    scale: 1,
  },
  family_options: { layout: 'grid' },
};

describe.skipIf(!graphFile || !referenceFile || !namesFile)('YOLOX nano, from its manifest alone', () => {
  let models: TestModels;
  let pipeline: Pipeline;

  beforeAll(async () => {
    models = await TestModels.create();
    const labels = (await readFile(namesFile!, 'utf8')).trim().split('\n');
    const graph = await readFile(graphFile!);
    pipeline = await models.open(graph, { ...manifest, labels });
    await pipeline.warmUp();
  });

  afterAll(() => models.delete());

  it('finds in every photo the boxes of the reference, within 1 pixel and 0.01', async () => {
    await expectReferenceBoxes(pipeline, referenceFile!, { pixels: 1, score: 0.01 });
  });
});
