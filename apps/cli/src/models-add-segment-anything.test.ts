import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { initializer, intsAttribute, modelBytes, node } from '@darkroom/onnx-file';
import {
  detectionGraph,
  type SamDecoderGraphOptions,
  type SamEncoderGraphOptions,
  samDecoderGraph,
  samEncoderGraph,
  segmentationGraph,
} from '@darkroom/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';

// Each command is a process or two.
vi.setConfig({ testTimeout: 120_000 });

const SIDE = 128;
const LETTERBOX = {
  resize: 'letterbox',
  width: SIDE,
  height: SIDE,
  letterbox_anchor: 'top-left',
  letterbox_rounding: 'round-half-up',
  resampler: 'pil-bilinear',
};
const IMAGENET = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

let folder: TestFolder;

beforeEach(async () => {
  folder = await TestFolder.create();
});
afterEach(() => folder.delete());

type Graphs = SamEncoderGraphOptions & SamDecoderGraphOptions;

/** Writes encoder and decoder. @returns their paths */
async function graphs(options: Graphs, encoder: string, decoder: string): Promise<[string, string]> {
  return [
    await folder.file(encoder, samEncoderGraph({ side: SIDE, ...options })),
    await folder.file(decoder, samDecoderGraph({ side: SIDE, ...options })),
  ];
}

/** A folder as transformers.js has them. @returns its path */
async function transformersFolder(name: string, variants = ['']): Promise<string> {
  for (const variant of variants) {
    const encoder = `${name}/onnx/vision_encoder${variant}.onnx`;
    await graphs(
      { exported: 'transformers' },
      encoder,
      `${name}/onnx/prompt_encoder_mask_decoder${variant}.onnx`,
    );
  }
  const config = { architectures: ['SamModel'], model_type: 'sam', _name_or_path: 'somebody/slim' };
  return join(await folder.file(`${name}/config.json`, JSON.stringify(config)), '..');
}

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/** The encoder of a transformers’ export that has its only weight, a 1, in a file beside it. */
function encoderWithWeightsIn(location: string): Buffer {
  const { rawData: _, ...one } = initializer('one', 'float32', [1], Float32Array.of(1));
  const block = [intsAttribute('kernel_shape', [2, 2]), intsAttribute('strides', [2, 2])];
  const embeddings = ['image_embeddings', 'image_positional_embeddings'];
  return modelBytes({
    name: 'encoder',
    inputs: [{ name: 'pixel_values', type: 'float32', dims: ['batch', 3, SIDE, SIDE] }],
    outputs: embeddings.map((name) => ({ name, type: 'float32', dims: ['batch', 3, SIDE / 2, SIDE / 2] })),
    initializers: [{ ...one, dataLocation: EXTERNAL, externalData: [{ key: 'location', value: location }] }],
    nodes: [
      node('Mul', ['pixel_values', 'one'], ['scaled']),
      ...embeddings.map((name) => node('AveragePool', ['scaled'], [name], block)),
    ],
  });
}

describe('models add brings in a Segment Anything', () => {
  it('of a folder of transformers.js, with the numbers of its preprocessor', async () => {
    const path = await transformersFolder('slim', ['', '_fp16', '_quantized']);
    const preprocessor = {
      size: { longest_edge: SIDE },
      pad_size: { height: SIDE, width: SIDE },
      rescale_factor: 1 / 127.5,
      image_mean: [1, 1, 1],
      image_std: [1, 1, 1],
    };
    await folder.file('slim/preprocessor_config.json', JSON.stringify(preprocessor));
    const result = await folder.added(path);
    expect(result).toMatchObject({
      id: 'slim',
      task: 'segmentation',
      family: 'sam',
      reason: expect.stringMatching(
        /^vision_encoder\.onnx and prompt_encoder_mask_decoder\.onnx are .*transformers .*\(certain\)$/,
      ),
      label_reason: 'Such models know no classes.',
      notes: [
        expect.stringMatching(/vision_encoder\.onnx were taken; there is also fp16, quantized/),
        expect.stringContaining('licence'),
      ],
      sample: { result: { kind: 'masks', masks: expect.any(Array) } },
    });
    expect(result.sample.result.masks.length).toBeGreaterThan(1);
    const manifest = await folder.manifest('slim');
    expect(manifest).toMatchObject({
      source: 'somebody/slim',
      description: 'segmentation, family sam; added from somebody/slim',
      files: {
        encoder: { path: 'vision_encoder.onnx' },
        decoder: { path: 'prompt_encoder_mask_decoder.onnx' },
      },
      preparation: { ...LETTERBOX, scale: 1 / 127.5, mean: [1, 1, 1], std: [1, 1, 1] },
      family_options: { prompt_kinds: ['points'] },
    });
    expect(manifest).not.toHaveProperty('labels');
    expect(manifest).not.toHaveProperty('palette');
    expect(await readdir(join(folder.models, 'slim', 'sample'))).toEqual(['model_input.png', 'overlay.jpg']);
    expect((await folder.run(['models', 'check', 'slim'])).exitCode).toBe(0);
  });

  it('of such a folder in another variant, without a preprocessor and with boxes', async () => {
    const path = await transformersFolder('slim', ['', '_quantized']);
    const boxes = { exported: 'transformers', takesBoxes: true } as const;
    await graphs(boxes, 'slim/onnx/vision_encoder_q4.onnx', 'slim/onnx/prompt_encoder_mask_decoder_q4.onnx');
    await folder.added(path, '--variant', 'q4', '--id', 'small');
    expect(await folder.manifest('small')).toMatchObject({
      files: { encoder: { path: 'vision_encoder_q4.onnx' } },
      preparation: { ...LETTERBOX, ...IMAGENET },
      family_options: { prompt_kinds: ['points', 'boxes'] },
    });
  });

  it('with the weights of its encoder in a file of their own', async () => {
    const path = await transformersFolder('large');
    await folder.file('large/onnx/vision_encoder.onnx', encoderWithWeightsIn('vision_encoder.onnx_data'));
    await folder.file('large/onnx/vision_encoder.onnx_data', new Uint8Array(Float32Array.of(1).buffer));
    const { sample } = await folder.added(path);
    expect(sample.result.masks.length).toBeGreaterThan(1);
    const { files } = await folder.manifest('large');
    expect(Object.entries(files).map(([part, file]) => [part, file.path])).toEqual([
      ['encoder', 'vision_encoder.onnx'],
      ['encoder_data', 'vision_encoder.onnx_data'],
      ['decoder', 'prompt_encoder_mask_decoder.onnx'],
    ]);
  });

  it('of two files of any name, in the way of segment-anything', async () => {
    const [encoder, decoder] = await graphs({ exported: 'meta' }, 'tiny.looks.onnx', 'tiny.answers.onnx');
    const { id, reason } = await folder.added(decoder, encoder, '--license', 'Apache-2.0');
    expect(id).toBe('tiny');
    expect(reason).toMatch(/^tiny\.looks\.onnx and tiny\.answers\.onnx are .* segment-anything/);
    expect(await folder.manifest('tiny')).toMatchObject({
      source: 'tiny.answers.onnx, tiny.looks.onnx',
      files: { encoder: { path: 'tiny.looks.onnx' }, decoder: { path: 'tiny.answers.onnx' } },
      preparation: { ...LETTERBOX, ...IMAGENET, layout: 'nchw' },
      family_options: { prompt_kinds: ['points', 'boxes', 'masks'] },
    });
  });

  it('whose encoder normalizes and pads by itself', async () => {
    const [encoder] = await graphs({ exported: 'meta', prepares: true }, 'net/a.onnx', 'net/b.onnx');
    await folder.added(join(encoder, '..'), '--width', String(SIDE), '--height', String(SIDE));
    expect((await folder.manifest('net')).preparation).toEqual({
      ...LETTERBOX,
      scale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      channel_order: 'rgb',
      layout: 'nhwc',
    });
  });

  it('2, and leaves out what else lies in the folder', async () => {
    const [encoder] = await graphs({ exported: 'sam2' }, 'sam2/encoder.onnx', 'sam2/decoder.onnx');
    const other = detectionGraph({ outputs: [{ name: 'logits', shape: [3], values: [0, 1, 2] }] });
    await folder.file('sam2/classifier.onnx', other);
    const { notes } = await folder.added(join(encoder, '..'));
    expect(notes[0]).toBe('Left out, since it is no part of the model: classifier.onnx.');
    expect((await folder.manifest('sam2')).preparation).toMatchObject({
      resize: 'stretch',
      width: SIDE,
      ...IMAGENET,
    });
    expect(await readdir(join(folder.models, 'sam2'))).toEqual([
      'decoder.onnx',
      'encoder.onnx',
      'model.json',
      'sample',
    ]);
  });
});

describe('models add says of a Segment Anything', () => {
  async function refusal(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await folder.run(['models', 'add', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await folder.modelsFound()).toEqual([]);
    return stderr;
  }

  it('what is missing beside a lone encoder, and a lone decoder', async () => {
    const [encoder, decoder] = await graphs({ exported: 'meta' }, 'one/look.onnx', 'other/answer.onnx');
    expect(await refusal(encoder)).toMatch(
      /this is no whole model: look\.onnx is the encoder of a Segment Anything: .*image_embeddings: float32.*; its decoder is missing, .*point_coords.* Give the files of both, or a folder that holds both/,
    );
    expect(await refusal(join(decoder, '..'))).toMatch(
      /answer\.onnx is the decoder of a Segment Anything .*; its encoder is missing, .*gives image_embeddings: float32/,
    );
    await folder.file('other/net.onnx', segmentationGraph({ classes: 3 }));
    expect(await refusal(join(decoder, '..'))).toMatch(/its encoder is missing/);
  });

  it('that there are two decoders', async () => {
    const [encoder, decoder] = await graphs({ exported: 'meta' }, 'all/look.onnx', 'all/one.onnx');
    const another = samDecoderGraph({ exported: 'meta', side: SIDE, onePromptARun: true });
    const other = await folder.file('all/many.onnx', another);
    expect(await refusal(join(encoder, '..'))).toMatch(
      /encoder look\.onnx; decoders many\.onnx, one\.onnx; expected one of each\. Give the two files/,
    );
    await folder.added(encoder, other);
    expect(await folder.modelsFound()).toEqual(['all']);
    await folder.run(['models', 'remove', 'all', '--yes']);
    expect(await refusal(decoder, other)).toMatch(/encoders none; decoders one\.onnx, many\.onnx/);
  });

  it('that encoder and decoder are of two networks', async () => {
    const [, decoder] = await graphs({ exported: 'meta' }, 'all/look.onnx', 'all/answer.onnx');
    const [encoder] = await graphs({ exported: 'meta', side: 64 }, 'small/look.onnx', 'small/answer.onnx');
    expect(await refusal(encoder, decoder)).toMatch(
      /answer\.onnx, input image_embeddings: expected an output of the encoder that fits/,
    );
  });

  it('that it knows no classes, and which task it is for', async () => {
    const paths = await graphs({ exported: 'meta' }, 'look.onnx', 'answer.onnx');
    expect(await refusal(...paths, '--labels', 'coco-80')).toMatch(/know no classes: leave --labels out/);
    expect(await refusal(...paths, '--task', 'detection')).toMatch(/expected a graph for detection/);
    expect(await refusal(...paths, '--family', 'yolo')).toMatch(
      /expected one model, found look\.onnx, answer\.onnx, which no family/,
    );
  });
});
