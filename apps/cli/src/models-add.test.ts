import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelBytes } from '@darkroom/onnx-file';
import { segmentationGraph, segmentationGraphParts, slowSegmentationGraph } from '@darkroom/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';
import { ultralyticsGraph } from './testing/ultralytics-graph.js';

// Each command is a process or two.
vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;

beforeEach(async () => {
  folder = await TestFolder.create();
});
afterEach(() => folder.delete());

const sized = { size: { width: 32, height: 32 } };
/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

const added = (path: string, ...options: string[]) => folder.added(path, ...options);

describe('models add', () => {
  it('reads all of an ultralytics export from the file, and shows what the model saw', async () => {
    const path = await folder.file('sea.onnx', ultralyticsGraph());
    const result = await added(path);
    expect(result).toMatchObject({
      id: 'sea',
      task: 'detection',
      family: 'yolo',
      reason: expect.stringMatching(/ultralytics’ layout .* 3 classes \(certain\)/),
      label_reason: 'The 3 labels are from the graph’s metadata.',
      sample: { result: { counts: { fish: 1 } } },
      service: { served: false, detail: expect.stringContaining('No Darkroom runs') },
    });
    expect(await folder.manifest('sea')).toMatchObject({
      id: 'sea',
      description: 'Ultralytics YOLO11n model trained on sea.yaml',
      license: 'AGPL-3.0 License (https://ultralytics.com/license)',
      source: 'sea.onnx',
      labels: ['crab', 'fish', "sea star's"],
      preparation: { resize: 'letterbox', width: 64, height: 64, resampler: 'cv2-linear', scale: 1 / 255 },
      family_options: { layout: 'decoded', objectness: false },
    });
    expect(await readdir(join(folder.models, 'sea', 'sample'))).toEqual(['model_input.png', 'overlay.jpg']);
    expect(await folder.modelsFound()).toEqual(['sea']);
    expect((await folder.run(['models', 'check', 'sea'])).exitCode).toBe(0);
  });

  it('takes labels that lie beside the graph, and what the user says over all else', async () => {
    const path = await folder.file('net.onnx', segmentationGraph({ classes: 2, ...sized }));
    await folder.file('labels.txt', 'water\nland\n');
    await added(
      path,
      ...['--id', 'shore', '--license', 'MIT', '--description', 'Water and land.', '--source', 'me'],
      ...['--mean', '0.5', '--std', '0.25,0.5,0.75', '--scale', '1/127.5', '--channel-order', 'bgr'],
    );
    expect(await folder.manifest('shore')).toMatchObject({
      license: 'MIT',
      description: 'Water and land.',
      source: 'me',
      labels: ['water', 'land'],
      preparation: {
        resize: 'stretch',
        mean: [0.5, 0.5, 0.5],
        std: [0.25, 0.5, 0.75],
        scale: 1 / 127.5,
        channel_order: 'bgr',
      },
    });
  });

  it('takes the labels of a well-known data set where their number fits, and says so', async () => {
    const result = await added(await folder.file('net.onnx', segmentationGraph({ classes: 21, ...sized })));
    expect(result.label_reason).toContain('Pascal VOC');
    expect(await folder.manifest('net')).toMatchObject({ palette: 'pascal-voc' });
  });

  it('reads a folder of Hugging Face', async () => {
    await folder.file('segformer/onnx/model.onnx', segmentationGraph({ classes: 3, reduction: 4 }));
    const config = {
      architectures: ['SegformerForSemanticSegmentation'],
      id2label: { 0: 'a', 1: 'b', 2: 'c' },
    };
    const path = await folder.file('segformer/config.json', JSON.stringify(config));
    const preprocessor = {
      size: { height: 48, width: 64 },
      resample: 2,
      image_mean: [0, 0, 0],
      image_std: [1, 1, 1],
    };
    await folder.file('segformer/preprocessor_config.json', JSON.stringify(preprocessor));
    const result = await added(join(path, '..'));
    expect(result).toMatchObject({ id: 'segformer', reason: expect.stringContaining('certain') });
    expect(await folder.manifest('segformer')).toMatchObject({
      labels: ['a', 'b', 'c'],
      preparation: { resize: 'stretch', width: 64, height: 48, mean: [0, 0, 0], resampler: 'pil-bilinear' },
    });
  });

  it('copies files of weights with their graph, which runs on them', async () => {
    const parts = segmentationGraphParts({ classes: 2, ...sized });
    const initializers = parts.initializers.map(({ rawData, ...tensor }) => ({
      ...tensor,
      dataLocation: EXTERNAL,
      externalData: [{ key: 'location', value: `data/${tensor.name}.bin` }],
      bytes: rawData as Uint8Array,
    }));
    for (const { name, bytes } of initializers) await folder.file(`data/${name}.bin`, bytes);
    const graph = modelBytes({ ...parts, inputs: [parts.input], name: 'net', initializers });
    await added(await folder.file('net.onnx', graph));
    const { files } = await folder.manifest('net');
    expect(Object.values(files).map(({ path }) => path)).toEqual([
      'net.onnx',
      'data/weights.bin',
      'data/bias.bin',
    ]);
    expect((await stat(join(folder.models, 'net', 'data', 'weights.bin'))).size).toBe(24);
  });

  it('replaces a model as a whole, and only when it is told to', async () => {
    const path = await folder.file('net.onnx', segmentationGraph({ classes: 2, ...sized }));
    await added(path);
    await writeFile(join(folder.models, 'net', 'left-over'), '');
    const refused = await folder.add(path);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/there is a model net already.*--replace/);
    await folder.file('net.onnx', segmentationGraph({ classes: 3, ...sized }));
    await added(path, '--replace');
    expect(await readdir(join(folder.models, 'net'))).toEqual(['model.json', 'net.onnx', 'sample']);
    expect(await folder.modelsFound()).toEqual(['net']);
  });

  it('says that a model of the same id lies in another folder, which the new one would hide', async () => {
    const path = await folder.file('net.onnx', segmentationGraph({ classes: 2, ...sized }));
    await added(path);
    const other = join(folder.root, 'others');
    const env = { DARKROOM_MODELS_DIR: `${other}:${folder.models}` };
    const refused = await folder.run(['models', 'add', path], env);
    expect(refused.stderr).toMatch(/there is a model net already, in .*models\/net; give --replace to have/);
    expect((await folder.run(['models', 'add', path, '--replace'], env)).exitCode).toBe(0);
    const list = JSON.parse((await folder.run(['models', 'list'], env)).stdout);
    expect(list.models.map((model: { folder: string }) => model.folder)).toEqual([join(other, 'net')]);
  });

  it('leaves what was there when the replacement is no good', async () => {
    const path = await folder.file('net.onnx', segmentationGraph({ classes: 2, ...sized }));
    await added(path);
    const before = await readFile(join(folder.models, 'net', 'model.json'));
    await folder.file('net.onnx', 'nonsense');
    expect((await folder.add(path, '--replace')).exitCode).toBe(1);
    expect(await readFile(join(folder.models, 'net', 'model.json'))).toEqual(before);
    expect(await folder.modelsFound()).toEqual(['net']);
  });

  it('writes where it may, and says so where it may not', async () => {
    const path = await folder.file('net.onnx', segmentationGraph({ classes: 2, ...sized }));
    await mkdir(join(folder.root, 'a'));
    await writeFile(folder.models, 'a file where the folder should be');
    const refused = await folder.add(path);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/models are added to .* cannot be written to.*DARKROOM_MODELS_DIR/);
  });

  it('leaves nothing when it is interrupted, also while the graph runs', async () => {
    const graph = slowSegmentationGraph({ classes: 2, iterations: 1_000_000 });
    const path = await folder.file('slow.onnx', graph);
    const { exitCode, stdout, stderr } = await folder.addInterrupted(path);
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toBe('stopped before the end\n');
    expect(await folder.modelsFound()).toEqual([]);
  });
});
