import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepParts } from './keep-parts.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-parts-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function staged(path: string, ...weights: string[]) {
  for (const name of [path, ...weights]) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '');
  }
  return { path, weights, metadata: new Map<string, string>() };
}

const filesIn = async () => (await readdir(folder, { recursive: true })).sort();

it('names the files of a model by its parts, those of weights too', async () => {
  const graphs = [await staged('a.onnx', 'a.bin', 'b.bin'), await staged('b.onnx', 'a.bin', 'c.bin')];
  expect(await keepParts(folder, graphs, { encoder: 'b.onnx', decoder: 'a.onnx' })).toEqual({
    encoder: 'b.onnx',
    encoder_data: 'a.bin',
    encoder_data_2: 'c.bin',
    decoder: 'a.onnx',
    decoder_data: 'b.bin',
  });
  expect(await filesIn()).toEqual(['a.bin', 'a.onnx', 'b.bin', 'b.onnx', 'c.bin']);
});

it('takes graphs away that are no part, with their own weights and the folders that are empty then', async () => {
  const graphs = [
    await staged('unet/model.onnx', 'shared.bin'),
    await staged('checker/deep/model.onnx', 'checker/deep/weights.pb', 'shared.bin'),
  ];
  expect(await keepParts(folder, graphs, { unet: 'unet/model.onnx' })).toEqual({
    unet: 'unet/model.onnx',
    unet_data: 'shared.bin',
  });
  expect(await filesIn()).toEqual(['shared.bin', 'unet', 'unet/model.onnx']);
});
