import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelBytes } from '@darkroom/onnx-file';
import { segmentationGraphParts } from '@darkroom/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphCopies } from './graph-copies.js';

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

let root: string;
let source: string;
let target: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-graph-'));
  source = join(root, 'source');
  target = join(root, 'target');
  await mkdir(join(source, 'weights'), { recursive: true });
  await mkdir(target);
  await writeFile(join(source, 'weights', 'all.bin'), 'weights');
  await writeFile(join(root, 'secret'), 'secret');
});
afterEach(() => rm(root, { recursive: true }));

/** Writes a graph whose constants are in the files named. */
async function graphWith(...locations: string[]): Promise<string> {
  const parts = segmentationGraphParts({ classes: 2 });
  const initializers = parts.initializers.map(({ rawData: _, ...tensor }, index) => ({
    ...tensor,
    dataLocation: EXTERNAL,
    externalData: [{ key: 'location', value: locations[index % locations.length]! }],
  }));
  const path = join(source, 'net.onnx');
  await writeFile(path, modelBytes({ ...parts, inputs: [parts.input], name: 'segmentation', initializers }));
  return path;
}

const copy = (path: string) => new GraphCopies(target).add({ path, within: source });

describe('a graph with its weights in other files', () => {
  it('is copied with them, each under its own path', async () => {
    const { path, weights, model } = await copy(await graphWith('weights/all.bin'));
    expect({ path, weights }).toEqual({ path: 'net.onnx', weights: ['weights/all.bin'] });
    expect(model.externalFiles).toEqual(['weights/all.bin']);
    expect(await readFile(join(target, 'weights', 'all.bin'), 'utf8')).toBe('weights');
  });

  it.each([
    ['../secret', /must lie in its folder/],
    ['weights/../../secret', /must lie in its folder/],
    ['/etc/passwd', /must lie in its folder/],
    [String.raw`..\secret`, /must lie in its folder/],
    ['C:/secret', /must lie in its folder/],
    ['', /must lie in its folder/],
    ['.', /must lie in its folder/],
    ['model.json', /where another file of the model stands/],
    ['MODEL.JSON', /where another file of the model stands/],
    ['net.onnx', /where another file of the model stands/],
    ['sample/overlay.jpg', /where another file of the model stands/],
    ['weights', /expected a file of weights/],
    ['missing.bin', /isn’t there: put it at/],
  ])('is refused with weights in %j', async (location, message) => {
    await expect(copy(await graphWith(location))).rejects.toThrow(message);
    expect(await readdir(target)).toEqual(['net.onnx']);
  });

  it('is refused with weights that a link leads to outside of its folder', async () => {
    await symlink(join(root, 'secret'), join(source, 'link.bin'));
    await expect(copy(await graphWith('link.bin'))).rejects.toThrow('a link that leads out of it');
    expect(await readdir(target)).toEqual(['net.onnx']);
  });

  it('is taken from the cache of Hugging Face, whose files are links', async () => {
    const cached = join(root, 'models--a--b');
    source = join(cached, 'snapshots', '0f3a');
    await mkdir(source, { recursive: true });
    await mkdir(join(cached, 'blobs'));
    await writeFile(join(cached, 'blobs', 'abc'), 'weights');
    await symlink('../../blobs/abc', join(source, 'net.onnx_data'));
    expect((await copy(await graphWith('net.onnx_data'))).weights).toEqual(['net.onnx_data']);
    expect(await readFile(join(target, 'net.onnx_data'), 'utf8')).toBe('weights');
  });

  it('is refused when it is larger than ONNX allows, before it is read', async () => {
    const path = join(source, 'huge.onnx');
    await writeFile(path, '');
    await truncate(path, 3 * 2 ** 30);
    await expect(copy(path)).rejects.toThrow('at most 2147483647 bytes');
    expect(await readdir(target)).toEqual([]);
  });
});

describe('several graphs', () => {
  const all = (...places: string[]) => {
    const copies = new GraphCopies(target);
    return places.reduce(
      async (before, place) => [
        ...(await before),
        await copies.add({ path: join(source, 'net.onnx'), within: source }, place),
      ],
      Promise.resolve([] as Awaited<ReturnType<GraphCopies['add']>>[]),
    );
  };

  it('keep their folders, each with its own weights', async () => {
    await graphWith('weights/all.bin');
    const [unet, decoder] = await all('unet/model.onnx', 'vae_decoder/model.onnx');
    expect(unet).toMatchObject({ path: 'unet/model.onnx', weights: ['unet/weights/all.bin'] });
    expect(decoder).toMatchObject({ weights: ['vae_decoder/weights/all.bin'] });
    expect(await readdir(join(target, 'vae_decoder'))).toEqual(['model.onnx', 'weights']);
  });

  it('may share their weights, which are copied once', async () => {
    await graphWith('weights/all.bin');
    const copied = await all('encoder.onnx', 'decoder.onnx');
    expect(copied.map(({ weights }) => weights)).toEqual([['weights/all.bin'], ['weights/all.bin']]);
  });

  it('are refused where two files would come to one place', async () => {
    await graphWith('weights/all.bin');
    const copies = new GraphCopies(target);
    await copies.add({ path: join(source, 'net.onnx'), within: source });
    await mkdir(join(root, 'other', 'weights'), { recursive: true });
    await writeFile(join(root, 'other', 'weights', 'all.bin'), 'other weights');
    const path = join(root, 'other', 'net.onnx');
    await writeFile(path, await readFile(join(source, 'net.onnx')));
    const other = { path, within: join(root, 'other') };
    await expect(copies.add(other)).rejects.toThrow('where another file of the model stands');
    await expect(copies.add(other, 'second.onnx')).rejects.toThrow(
      /all\.bin would come to "weights\/all\.bin"/,
    );
    await expect(copies.add(other, 'sample/net.onnx')).rejects.toThrow('can’t be called');
  });
});

describe('a file beside the graphs', () => {
  it('is copied to where it lies', async () => {
    const copies = new GraphCopies(target);
    await copies.addCompanion('weights/all.bin', source);
    expect(await readFile(join(target, 'weights', 'all.bin'), 'utf8')).toBe('weights');
  });

  it('is not copied where a link leads out of the folder, or to the place of the manifest', async () => {
    const copies = new GraphCopies(target);
    await symlink(join(root, 'secret'), join(source, 'vocab.json'));
    await expect(copies.addCompanion('vocab.json', source)).rejects.toThrow('a link that leads out of it');
    await writeFile(join(source, 'model.json'), '{}');
    await expect(copies.addCompanion('model.json', source)).rejects.toThrow('can’t be called model.json');
    expect(await readdir(target)).toEqual([]);
  });
});
