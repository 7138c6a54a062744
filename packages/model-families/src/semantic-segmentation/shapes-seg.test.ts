import { readFile } from 'node:fs/promises';
import { decodeImage, pixelsToTensor } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { toFloat32 } from '@darkroom/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../open-model.js';
import { readDemoModel, readGolden } from '../testing/demo-models.js';
import { readGroundTruth, readSample, readScenes } from '../testing/sample-pictures.js';
import { openOnCpu, segment } from '../testing/test-models.js';

const CLASSES = 5;
interface Golden {
  readonly input: string;
  readonly shape: readonly number[];
  readonly tolerance: number;
  readonly logits: readonly number[];
}

describe('the demo model shapes-seg', () => {
  let loaded: LoadedManifest;

  beforeAll(async () => {
    loaded = await readDemoModel('shapes-seg');
  });

  it('gives the logits that PyTorch gave', async () => {
    const golden = await readGolden<Golden>(loaded);
    const picture = await decodeImage(await readFile(`${loaded.folder}/${golden.input}`), { maxPixels: 1e6 });
    const { mean, std, scale, layout } = loaded.manifest.preparation;
    const input = pixelsToTensor(picture, { mean, std, scale, layout, channelOrder: 'rgb' });
    const graph = await openOnCpu(loaded.files.graph!);
    const { dims, data } = toFloat32((await graph.run({ input })).out!);
    await graph.close();
    expect(dims).toEqual(golden.shape);
    const largestDifference = golden.logits.reduce(
      (most, logit, i) => Math.max(most, Math.abs(logit - data[i]!)),
      0,
    );
    expect(largestDifference).toBeLessThan(golden.tolerance);
  });

  it('sees in the sample pictures what was drawn there', async () => {
    const { pipeline, close } = await openModel(loaded, openOnCpu);
    const both = new Array<number>(CLASSES).fill(0);
    const either = new Array<number>(CLASSES).fill(0);
    for (const { file } of (await readScenes()).scenes) {
      const picture = await readSample(file);
      const truth = await readGroundTruth(file);
      const { artifacts } = await segment(pipeline, picture);
      const found = await decodeImage(artifacts['segmentation_map.png']!.bytes, { maxPixels: 1e7 });
      for (let at = 0; at < truth.data.length; at += 3) {
        const [drawnClass, foundClass] = [truth.data[at]!, found.data[at]!];
        either[drawnClass]!++;
        if (drawnClass === foundClass) both[drawnClass]!++;
        else either[foundClass]!++;
      }
    }
    await close();
    const intersectionOverUnion = both.map((pixels, id) => pixels / either[id]!);
    const mean = intersectionOverUnion.reduce((sum, value) => sum + value, 0) / CLASSES;
    expect(mean).toBeGreaterThan(0.88);
  });
});
