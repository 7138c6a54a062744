import { DarkroomError } from '@darkroom/contracts';
import { segmentationGraph } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkModel, openModel } from './open-model.js';
import { openOnCpu, TestModels } from './testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const good = segmentationGraph({ classes: 2 });

/** Opens graphs and remembers which are open. */
function watchedOpener() {
  const open = new Set<string>();
  const opener = async (path: string) => {
    const graph = await openOnCpu(path);
    open.add(path);
    const close = async () => {
      open.delete(path);
      await graph.close();
    };
    return { inputs: graph.inputs, outputs: graph.outputs, run: graph.run.bind(graph), close };
  };
  return { open, opener };
}

describe('opening a model', () => {
  it('gives a pipeline, and closes its graphs when told to', async () => {
    const { open, opener } = watchedOpener();
    const { pipeline, close } = await openModel(await models.load(good), opener);
    await pipeline.warmUp();
    expect(open.size).toBe(1);
    await close();
    expect(open.size).toBe(0);
    await expect(pipeline.warmUp()).rejects.toThrow('closed');
  });

  it('refuses a model that doesn’t fit, with all that is wrong, and leaves nothing open', async () => {
    const { open, opener } = watchedOpener();
    const loaded = await models.load(good, { labels: ['a'], defaults: { mode: 'x' } });
    const refused = await openModel(loaded, opener).catch((error) => error);
    expect(refused).toBeInstanceOf(DarkroomError);
    expect(refused.code).toBe('inference_failed');
    expect(refused.message).toMatch(
      /^The model model cannot be used: model\.json#\/defaults\/mode: .*; model\.json#\/labels: /,
    );
    expect(open.size).toBe(0);
  });
});

describe('checking a model', () => {
  it('finds nothing wrong with a good one, and leaves nothing open', async () => {
    const { open, opener } = watchedOpener();
    expect(await checkModel(await models.load(good), opener)).toEqual([]);
    expect(open.size).toBe(0);
  });

  it('tells a graph that cannot be read as a problem of its file', async () => {
    const loaded = await models.load(Buffer.from('not a graph'));
    expect(await checkModel(loaded, openOnCpu)).toEqual([
      { file: 'graph.onnx', field: '', detail: expect.stringMatching(/is no ONNX graph: it is text/) },
    ]);
  });

  it('tells a part that the family needs and the manifest has not', async () => {
    const loaded = await models.load(good);
    const { graph } = loaded.manifest.files;
    const renamed = { ...loaded, manifest: { ...loaded.manifest, files: { weights: graph! } }, files: {} };
    expect(await checkModel(renamed, openOnCpu)).toEqual([
      { file: 'model.json', field: '#/files/graph', detail: expect.stringContaining('is missing') },
    ]);
  });

  it('tells a family that isn’t known', async () => {
    const loaded = await models.load(good);
    const unknown = { ...loaded, manifest: { ...loaded.manifest, family: 'oracle' } };
    expect(await checkModel(unknown, openOnCpu)).toEqual([
      {
        file: 'model.json',
        field: '#/family',
        detail:
          'expected one of semantic-segmentation, sam, yolo, rcnn, detr, stable-diffusion, clip, got oracle',
      },
    ]);
  });

  it('lets a lack of memory pass, which is no fault of the model', async () => {
    const shortOfMemory = new DarkroomError('out_of_memory', 'no memory');
    const opener = () => Promise.reject(shortOfMemory);
    await expect(checkModel(await models.load(good), opener)).rejects.toBe(shortOfMemory);
  });
});
