import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelBytes } from '@darkroom/onnx-file';
import { detectionGraph, segmentationGraph, segmentationGraphParts, sharedAsset } from '@darkroom/testkit';
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

const graph = segmentationGraph({ classes: 2, size: { width: 32, height: 32 } });
const classifier = detectionGraph({
  outputs: [{ name: 'logits', shape: [3], values: [0, 1, 2] }],
  size: { width: 32, height: 32 },
});
const depth = segmentationGraph({ classes: 1, size: { width: 32, height: 32 } });
const withArgMax = segmentationGraph({ classes: 4, gives: 'class-ids', size: { width: 32, height: 32 } });

/** A graph whose file says of its first field that it is 2 GB long. */
const claimsTwoGigabytes = Buffer.concat([
  Buffer.from([7 * 8 + 2, 0xff, 0xff, 0xff, 0xff, 0x07]),
  Buffer.alloc(1018),
]);

/** A constant that says that it has two thousand million elements, and has eight bytes. */
function claimsManyElements(): Buffer {
  const parts = segmentationGraphParts({ classes: 2, size: { width: 32, height: 32 } });
  const [weights, bias] = parts.initializers;
  const initializers = [{ ...weights!, dims: [2_000_000_000, 3, 1, 1] }, bias!];
  return modelBytes({ ...parts, inputs: [parts.input], name: 'net', initializers });
}

/** A refusal: a message of a few lines, exit code 1, no stack, and nothing in the models’ folder. */
async function expectRefusal(args: readonly string[], message: RegExp): Promise<void> {
  const { exitCode, stdout, stderr } = await folder.run(['models', 'add', ...args]);
  expect(stderr).toMatch(message);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stderr.startsWith('✗ ')).toBe(true);
  expect(stderr.split('\n').length).toBeLessThan(9);
  expect(await folder.modelsFound()).toEqual([]);
}

describe('models add refuses', () => {
  it.each<[string, Uint8Array | string, RegExp]>([
    ['an empty file', '', /net\.onnx is no ONNX graph: the file is empty/],
    ['a text', 'This is not a model.\n', /net\.onnx is no ONNX graph: it is text that begins with "This/],
    ['a zip', 'PK\u0003\u0004\u0000', /it is a zip file; PyTorch’s weights are some/],
    ['a graph that is cut off', graph.subarray(0, graph.length - 40), /cut off or damaged|ends? too early/],
    [
      'a file of 1 KB that claims 2 GB',
      claimsTwoGigabytes,
      /cut off or damaged.*would end at byte 2147483653/,
    ],
    ['a constant that claims 24 GB', claimsManyElements(), /ONNX Runtime could not open/],
    ['noise', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251)), /net\.onnx: .*ONNX/],
    [
      'a classifier',
      classifier,
      /no family of Darkroom knows this graph: it seems to classify whole pictures/,
    ],
    ['a graph of depth', depth, /no family of Darkroom knows this graph: it gives one value for each pixel/],
    ['a graph with ArgMax at its end', withArgMax, /ArgMax: export it without/],
  ])('%s', async (_, content, message) => {
    await expectRefusal([await folder.file('net.onnx', content)], message);
  });

  it('a graph of another task than was asked for', async () => {
    const path = await folder.file('net.onnx', ultralyticsGraph());
    await expectRefusal(
      [path, '--task', 'segmentation'],
      /expected a graph for segmentation.*\n.*yolo \(detection\)/,
    );
    await expectRefusal([path, '--family', 'semantic-segmentation'], /cannot be used.*output/);
    await expectRefusal(
      [path, '--family', 'yolo', '--task', 'segmentation'],
      /do detection, not segmentation/,
    );
    await expectRefusal([path, '--family', 'yolow'], /there is no family yolow; give one of/);
  });

  it('options that don’t fit the graph', async () => {
    const path = await folder.file('net.onnx', graph);
    await expectRefusal(
      [path, '--width', '64', '--labels', 'coco-80'],
      /#\/preparation\/width: expected 32.*expected 2 labels/,
    );
    await expectRefusal(
      [path, '--std', '0', '--family-option', 'no_such=1'],
      /no_such: is not a known field[\s\S]*must not hold a 0/,
    );
  });

  it('files that don’t belong to it, and ids that are none', async () => {
    const path = await folder.file('net.onnx', graph);
    await expectRefusal([path, '--labels', 'missing.txt'], /missing\.txt cannot be read/);
    await expectRefusal([path, '--id', '../escape'], /expected an id of lower-case letters/);
    await expectRefusal([path, '--picture', path], /the sample picture can’t be read: expected a PNG/);
    await expectRefusal([path, '--picture', 'missing.jpg'], /the sample picture missing\.jpg cannot be read/);
  });

  it('a folder with two models, with none, and what isn’t there', async () => {
    await folder.file('two/a.onnx', graph);
    const path = await folder.file('two/b.onnx', graph);
    await expectRefusal(
      [join(path, '..')],
      /expected one model, found a\.onnx, b\.onnx, which no family of Darkroom knows together.*\n {2}a\.onnx: .* → /,
    );
    await folder.file('none/notes.txt', '');
    await expectRefusal([join(path, '..', '..', 'none')], /expected an \.onnx file in .*none.*found none/);
    await expectRefusal(['nowhere.onnx'], /there is no .*nowhere\.onnx/);
  });

  it('weights in a file outside of the model’s folder', async () => {
    const parts = segmentationGraphParts({ classes: 2 });
    const initializers = parts.initializers.map(({ rawData: _, ...tensor }) => ({
      ...tensor,
      dataLocation: 1,
      externalData: [{ key: 'location', value: '../../../../etc/passwd' }],
    }));
    const bytes = modelBytes({ ...parts, inputs: [parts.input], name: 'net', initializers });
    await expectRefusal([await folder.file('net.onnx', bytes)], /weights must lie in its folder/);
  });

  it('a file of weights that is too short', async () => {
    const parts = segmentationGraphParts({ classes: 2, size: { width: 32, height: 32 } });
    const initializers = parts.initializers.map(({ rawData: _, ...tensor }) => ({
      ...tensor,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'weights.bin' }],
    }));
    await folder.file('weights.bin', 'short');
    const bytes = modelBytes({ ...parts, inputs: [parts.input], name: 'net', initializers });
    await expectRefusal([await folder.file('net.onnx', bytes)], /ONNX Runtime could not open/);
  });

  it('a config.json that is no JSON', async () => {
    await folder.file('hf/model.onnx', graph);
    const path = await folder.file('hf/config.json', '{"architectures": [');
    await expectRefusal([join(path, '..')], /expected JSON in .*config\.json/);
  });
});

const darknet = sharedAsset('models/yolo-fastest-1.1');

describe.skipIf(!darknet)('models add refuses of Darknet', () => {
  const copy = async () => {
    const path = join(folder.root, 'net');
    await mkdir(path);
    for (const ending of ['cfg', 'weights']) {
      const name = `yolo-fastest-1.1.${ending}`;
      await writeFile(join(path, name), await readFile(join(darknet!, name)));
    }
    return path;
  };
  const part = (path: string, ending: string) => join(path, `yolo-fastest-1.1.${ending}`);

  it('weights that are cut off', async () => {
    const path = await copy();
    await truncate(part(path, 'weights'), 700_000);
    await expectRefusal([path], /weights: .* needs \d+ bytes, but only \d+ are left/);
  });

  it('a cfg that doesn’t match its weights', async () => {
    const path = await copy();
    const cfg = await readFile(part(path, 'cfg'), 'utf8');
    await expectRefusal([path, '--task', 'segmentation'], /a Darknet model is a detector of the family yolo/);
    await writeFile(part(path, 'cfg'), cfg.replace(/filters=\d+/, 'filters=16'));
    await expectRefusal([path], /weights: .* is of another cfg/);
  });

  it('a folder with two cfg files, and a file alone', async () => {
    const path = await copy();
    await writeFile(join(path, 'other.cfg'), '[net]\n');
    await expectRefusal([path], /expected one \.cfg file, found other\.cfg, yolo-fastest-1\.1\.cfg/);
    await expectRefusal([part(path, 'weights')], /give the folder that holds its \.cfg and \.weights/);
  });
});
