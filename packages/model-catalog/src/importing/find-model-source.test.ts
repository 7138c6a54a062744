import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
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

const sourceOf = async (...names: string[]) => findModelSource([await holding(...names)]);

/** The graphs that a folder with these files is taken to be, as seen from it. */
async function graphsOf(names: readonly string[], variant?: string): Promise<string[]> {
  const source = await findModelSource([await holding(...names)], variant);
  return source.kind === 'onnx' ? source.graphs.map(({ path }) => relative(folder, path)) : [];
}

const inFolder = (name: string) => ({ path: join(folder, name), within: folder });
const SPLIT = ['onnx/prompt_encoder_mask_decoder', 'onnx/vision_encoder'];
const splitIn = (...variants: string[]) =>
  variants.flatMap((variant) => SPLIT.map((name) => `${name}${variant}.onnx`));

describe('what a folder holds', () => {
  it('is an ONNX file where there is one', async () => {
    expect(await sourceOf('net.ONNX', 'README.md', 'labels.txt')).toEqual({
      kind: 'onnx',
      graphs: [inFolder('net.ONNX')],
      folder,
      huggingFace: null,
      companions: [],
      notes: [],
    });
  });

  it('is all ONNX files where there are several: they may be one model', async () => {
    expect(await graphsOf(['encoder.onnx', 'decoder.onnx', 'readme.md'])).toEqual([
      'decoder.onnx',
      'encoder.onnx',
    ]);
    expect(await graphsOf(['encoder.onnx', 'decoder.onnx', 'readme.md', ...splitIn('')])).toHaveLength(4);
  });

  it('is one export of each graph: the plain one, or the one that is asked for', async () => {
    const names = splitIn('', '_fp16', '_quantized', '_q4f16');
    expect(await graphsOf(names)).toEqual(splitIn(''));
    expect(await graphsOf(names, 'quantized')).toEqual(splitIn('_quantized'));
    expect(await graphsOf(names, 'FP16')).toEqual(splitIn('_fp16'));
    const { notes } = (await findModelSource([folder])) as { notes: readonly string[] };
    expect(notes).toEqual([
      'Of several exports onnx/prompt_encoder_mask_decoder.onnx and onnx/vision_encoder.onnx were taken; there is also fp16, q4f16, quantized: choose with --variant.',
    ]);
    await expect(findModelSource([folder], 'int8')).rejects.toThrow(
      /of the graph onnx\/prompt_encoder_mask_decoder there is the plain one, fp16, q4f16, quantized, and none called int8/,
    );
  });

  it('is the only export there is, and of several without a plain one none is guessed', async () => {
    expect(await graphsOf(splitIn('_quantized'))).toEqual(splitIn('_quantized'));
    await expect(sourceOf(...splitIn('_fp16'))).rejects.toThrow(
      /fp16, quantized, and no plain one\. Choose with/,
    );
  });

  it('tells a graph from its variants by the words that exporters use', async () => {
    const names = ['sam.onnx', 'sam_decoder.onnx', 'sam_decoder_int8.onnx', 'sam_fp16.onnx'];
    expect(await graphsOf(names)).toEqual(['sam.onnx', 'sam_decoder.onnx']);
    expect(await graphsOf(['model.onnx', 'model_bnb4.onnx', 'model_new_kind.onnx'])).toEqual([
      'model.onnx',
      'sam.onnx',
      'sam_decoder.onnx',
    ]);
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
    const notes = [expect.stringContaining('onnx/model.onnx was taken; there is also fp16, quantized')];
    const huggingFace = {
      config: join(folder, 'config.json'),
      preprocessor: join(folder, 'preprocessor_config.json'),
    };
    const graphs = [inFolder('onnx/model.onnx')];
    expect(found).toEqual({ kind: 'onnx', graphs, folder, huggingFace, companions: [], notes });
    const ofFile = await findModelSource([join(folder, 'onnx/model_fp16.onnx')]);
    expect(ofFile).toEqual({
      kind: 'onnx',
      graphs: [inFolder('onnx/model_fp16.onnx')],
      folder,
      huggingFace,
      companions: [],
      notes: [],
    });
  });

  it.each([
    [
      Array.from({ length: 17 }, (_, index) => `net-${index + 10}.onnx`),
      /expected one model .* found net-10\.onnx, .*net-19\.onnx …/,
    ],
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
    const ofFile = (name: string) => findModelSource([join(folder, name)]);
    await expect(ofFile('a.cfg')).rejects.toThrow('give the folder');
    await expect(ofFile('b.pt')).rejects.toThrow('torch.onnx.export');
    await expect(ofFile('c.onnx')).rejects.toThrow('there is no ');
  });
});

describe('a folder of diffusers', () => {
  it('is the graphs of all components, and their configurations and tokenizers', async () => {
    const source = await sourceOf(
      'model_index.json',
      'README.md',
      'unet/model.onnx',
      'unet/weights.pb',
      'unet/config.json',
      'text_encoder/model.onnx',
      'tokenizer/vocab.json',
      'tokenizer/merges.txt',
      '.cache/huggingface/x.json',
    );
    expect(source).toMatchObject({
      kind: 'onnx',
      graphs: [inFolder('text_encoder/model.onnx'), inFolder('unet/model.onnx')],
      companions: ['model_index.json', 'tokenizer/merges.txt', 'tokenizer/vocab.json', 'unet/config.json'],
    });
  });

  it('has one export of each component, that of the variant that is asked for', async () => {
    const names = ['unet/model.onnx', 'unet/model_fp16.onnx', 'vae_decoder/model_fp16.onnx'];
    expect(await graphsOf(['model_index.json', ...names])).toEqual([
      'unet/model.onnx',
      'vae_decoder/model_fp16.onnx',
    ]);
    expect(await graphsOf([], 'fp16')).toEqual(['unet/model_fp16.onnx', 'vae_decoder/model_fp16.onnx']);
  });

  it('that is not exported is refused', async () => {
    await expect(sourceOf('model_index.json', 'unet/model.safetensors')).rejects.toThrow(
      'Export it with `optimum-cli export onnx`',
    );
  });
});

describe('several files', () => {
  it('are the graphs of one model, with the config of Hugging Face around them', async () => {
    await holding(...splitIn('', '_fp16'), 'config.json');
    const paths = [join(folder, splitIn('')[0]!), join(folder, splitIn('_fp16')[1]!)];
    expect(await findModelSource([...paths, paths[0]!])).toEqual({
      kind: 'onnx',
      graphs: paths.map((path) => ({ path, within: folder })),
      folder,
      huggingFace: { config: join(folder, 'config.json'), preprocessor: null },
      companions: [],
      notes: [],
    });
  });

  it('may lie in folders of their own', async () => {
    await holding('a/encoder.onnx', 'b/c/decoder.onnx');
    const paths = ['a/encoder.onnx', 'b/c/decoder.onnx'].map((name) => join(folder, name));
    expect(await findModelSource(paths)).toMatchObject({
      graphs: paths.map((path) => ({ path, within: dirname(path) })),
      folder,
    });
  });

  it('are files, and neither folders nor of other formats', async () => {
    await holding('a.onnx', 'b.pt', 'deeper/c.onnx');
    const [a, b, deeper] = ['a.onnx', 'b.pt', 'deeper'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await expect(findModelSource([a, deeper])).rejects.toThrow('expected one folder, or the .onnx files');
    await expect(findModelSource([a, b])).rejects.toThrow('of PyTorch');
    await expect(findModelSource([a, join(folder, 'c.onnx')])).rejects.toThrow('there is no ');
    await expect(findModelSource([a], 'fp16')).rejects.toThrow(
      '--variant chooses among the graphs of a folder',
    );
  });
});
