import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findModelSource } from './find-model-source.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-source-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Empty files of these names. */
async function holding(...names: string[]): Promise<string> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '');
  }
  return folder;
}

const sourceOf = async (...names: string[]) => findModelSource(await holding(...names));

describe('what a folder holds', () => {
  it('is an ONNX file where there is one', async () => {
    expect(await sourceOf('net.ONNX', 'README.md', 'labels.txt')).toEqual({
      kind: 'onnx',
      graph: join(folder, 'net.ONNX'),
      folder,
      huggingFace: null,
    });
  });

  it('is a Darknet model where there is a cfg, or weights', async () => {
    expect(await sourceOf('net.cfg')).toEqual({ kind: 'darknet', folder });
  });

  it('is a model of Hugging Face where there is a config', async () => {
    const found = await sourceOf(
      'config.json',
      'preprocessor_config.json',
      'model.safetensors',
      'onnx/model.onnx',
      'onnx/model_fp16.onnx',
      'onnx/model_quantized.onnx',
    );
    const huggingFace = {
      config: join(folder, 'config.json'),
      preprocessor: join(folder, 'preprocessor_config.json'),
    };
    expect(found).toEqual({ kind: 'onnx', graph: join(folder, 'onnx/model.onnx'), folder, huggingFace });
    const ofFile = await findModelSource(join(folder, 'onnx/model_fp16.onnx'));
    expect(ofFile).toEqual({
      kind: 'onnx',
      graph: join(folder, 'onnx/model_fp16.onnx'),
      folder,
      huggingFace,
    });
  });

  it.each([
    [['a.onnx', 'b.onnx'], /expected one model .* found a\.onnx, b\.onnx/],
    [['model.onnx', 'other.onnx'], /expected one model/],
    [['encoder.onnx', 'decoder.onnx', 'config.json'], /expected one model/],
    [['a.onnx', 'b.cfg', 'b.weights'], /found b\.cfg, b\.weights, a\.onnx/],
    [['model.json', 'graph.onnx'], /is a model of Darkroom already/],
    [
      ['config.json', 'model.safetensors'],
      /model\.safetensors, which is weights without a graph.*optimum-cli/,
    ],
    [['yolov8n.pt'], /yolov8n\.pt, which is of PyTorch.*yolo export/],
    [['readme.txt'], /expected an \.onnx file .* found none/],
    [[], /found none/],
  ])('is refused with %j', async (names, message) => {
    await expect(sourceOf(...names)).rejects.toThrow(message);
  });

  it('is refused as a file where it is a part of a model, or another format', async () => {
    await holding('a.cfg', 'b.pt');
    await expect(findModelSource(join(folder, 'a.cfg'))).rejects.toThrow('give the folder');
    await expect(findModelSource(join(folder, 'b.pt'))).rejects.toThrow('torch.onnx.export');
    await expect(findModelSource(join(folder, 'c.onnx'))).rejects.toThrow('there is no ');
  });
});
