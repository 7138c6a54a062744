import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeImage, pixelsToTensor } from '@darkroom/imaging';
import { type LoadedManifest, readCatalog } from '@darkroom/model-catalog';
import { toFloat32 } from '@darkroom/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES } from '../families.js';
import { openModel } from '../open-model.js';
import { openOnCpu, segment } from '../testing/test-models.js';

const REPOSITORY_ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const CLASSES = 5;
const SAMPLES = [
  'shapes-1.jpg',
  'shapes-2.jpg',
  'shapes-3.jpg',
  'shapes-4.png',
  'shapes-5.webp',
  'shapes-6.png',
];

interface Golden {
  readonly input: string;
  readonly shape: readonly number[];
  readonly tolerance: number;
  readonly logits: readonly number[];
}

describe('the demo model shapes-seg', () => {
  let loaded: LoadedManifest;

  beforeAll(async () => {
    const { models, rejected } = await readCatalog([`${REPOSITORY_ROOT}models`], { families: FAMILIES });
    expect(rejected).toEqual([]);
    loaded = models.find(({ manifest }) => manifest.id === 'shapes-seg')!;
  });

  it('gives the logits that PyTorch gave', async () => {
    const golden = JSON.parse(await readFile(`${loaded.folder}/golden.json`, 'utf8')) as Golden;
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
    for (const sample of SAMPLES) {
      const folder = `${REPOSITORY_ROOT}examples/pictures`;
      const picture = await decodeImage(await readFile(`${folder}/${sample}`), { maxPixels: 1e7 });
      const truthFile = `${folder}/ground-truth/${sample.replace(/\.\w+$/, '.png')}`;
      const truth = await decodeImage(await readFile(truthFile), { maxPixels: 1e7 });
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
