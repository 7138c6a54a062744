import { importDarknet, readDarknetFolder } from '@darkroom/model-catalog/darknet';
import { sharedAsset } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Pipeline } from '../family.js';
import { expectReferenceBoxes } from '../testing/reference-boxes.js';
import { TestModels } from '../testing/test-models.js';

const folder = sharedAsset('models/yolo-fastest-1.1');
const referenceFile = sharedAsset('reference/darknet.yolo-fastest-1.1.json');

describe.skipIf(!folder || !referenceFile)('YOLO-Fastest 1.1, imported from its Darknet files', () => {
  let models: TestModels;
  let pipeline: Pipeline;

  beforeAll(async () => {
    models = await TestModels.create();
    const { model, manifest } = importDarknet(await readDarknetFolder(folder!));
    pipeline = await models.open(model, manifest);
    await pipeline.warmUp();
  });

  afterAll(() => models.delete());

  it('finds in every photo the boxes that Darknet finds, in its order', async () => {
    await expectReferenceBoxes(pipeline, referenceFile!, { pixels: 0.05, score: 0.001 });
  });
});
