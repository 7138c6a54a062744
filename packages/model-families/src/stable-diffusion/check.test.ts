import {
  SD_KINDS,
  type SdModel,
  sdSafetyCheckerGraph,
  sdTextEncoderGraph,
  sdUnetGraph,
  sdVaeDecoderGraph,
} from '@darkroom/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemsOfSd } from '../testing/sd-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const { textEncoders, unet } = SD_KINDS.sd1;
const scheduler = SD_KINDS.sd1.scheduler;

it.each(Object.keys(SD_KINDS) as (keyof typeof SD_KINDS)[])('nothing is wrong with %s', async (kind) => {
  const parts = { vaeEncoder: {}, safetyChecker: { flagsAbove: 0.5 } };
  expect(await problemsOfSd(models, { kind, ...parts })).toEqual([]);
});

const without = (...parts: string[]) => ({
  parts: Object.fromEntries(parts.map((part) => [part, null])),
});
const needs = 'a model of the family stable-diffusion needs it';

it.each<[string, Omit<SdModel, 'id'>, string[]]>([
  [
    'without its graphs',
    without('text_encoder', 'unet', 'vae_decoder'),
    ['text_encoder', 'unet', 'vae_decoder'].map((part) => `model.json#/files/${part}: is missing; ${needs}`),
  ],
  [
    'without scheduler and tokenizer',
    without('scheduler', 'tokenizer_vocabulary'),
    [
      'model.json#/files/scheduler: is missing; expected the scheduler_config.json',
      'model.json#/files/tokenizer_vocabulary: is missing; expected the vocab.json, or tokenizer, a tokenizer.json',
    ],
  ],
  [
    'without merges and the second tokenizer',
    { kind: 'sdxl', ...without('tokenizer_merges', 'tokenizer_vocabulary_2') },
    [
      'model.json#/files/tokenizer_merges: is missing; expected the merges.txt',
      'model.json#/files/tokenizer_vocabulary_2: is missing; expected the vocab.json, or tokenizer_2, a tokenizer.json',
    ],
  ],
  [
    'with a scheduler that is not known',
    { scheduler: { ...scheduler, _class_name: 'UniPCMultistepScheduler' } },
    [
      'scheduler/scheduler_config.json#/_class_name: expected one of DDIMScheduler, PNDMScheduler, EulerDiscreteScheduler, EulerAncestralDiscreteScheduler, DPMSolverMultistepScheduler, LCMScheduler, got "UniPCMultistepScheduler"',
    ],
  ],
  [
    'with a vocabulary that is none',
    { parts: { tokenizer_vocabulary: '[]' } },
    [expect.stringMatching(/^the tokenizer of text_encoder, vocab\.json: /)],
  ],
  [
    'with a graph that is no graph',
    { parts: { unet: 'weights' } },
    [expect.stringMatching(/^unet\/model\.onnx: /)],
  ],
  [
    'with another graph in place of the network',
    { parts: { unet: sdVaeDecoderGraph() } },
    [
      'unet/model.onnx, inputs: expected sample, timestep, encoder_hidden_states among the inputs, got latent_sample: float32[?, 4, ?, ?]',
      'unet/model.onnx, inputs: expected sample, timestep, encoder_hidden_states, timestep_cond, text_embeds, time_ids and no others, got latent_sample: float32[?, 4, ?, ?]',
    ],
  ],
  [
    'with two text encoders for a network that takes one',
    { kind: 'sdxl', parts: { unet: sdUnetGraph(unet) } },
    [expect.stringContaining('unet/model.onnx, inputs: expected text_embeds, time_ids among the inputs')],
  ],
  [
    'with encoders of SDXL without hidden states',
    { kind: 'sdxl', parts: { text_encoder: sdTextEncoderGraph(textEncoders[0]!) } },
    [
      expect.stringContaining(
        'text_encoder/model.onnx, outputs: expected hidden_states.0, hidden_states.1 …, got last_hidden_state',
      ),
    ],
  ],
  [
    'with one text encoder for the network of SDXL',
    { parts: { unet: sdUnetGraph(SD_KINDS.sdxl.unet) } },
    [
      'model.json#/files/text_encoder_2: is missing; the network has the inputs text_embeds and time_ids, which it is needed for',
    ],
  ],
  [
    'with the text encoder of another model',
    { unet: { width: 10 } },
    [
      'unet/model.onnx, encoder_hidden_states: expected 8 numbers for each token, as the text encoder gives, got 10. Is it of the same model?',
    ],
  ],
  [
    'with a text encoder for a batch of two',
    { parts: { text_encoder: sdTextEncoderGraph({ ...textEncoders[0]!, batch: 2 }) } },
    [
      'text_encoder/model.onnx, input_ids: expected [batch, tokens] with a batch of 1 or of any size, got input_ids: int64[2, 16]',
    ],
  ],
  [
    'with a safety checker in the decoder’s place',
    { parts: { vae_decoder: sdSafetyCheckerGraph({ flagsAbove: 1 }) } },
    [
      expect.stringContaining(
        'vae_decoder/model.onnx, inputs: expected one, [batch, channels, height, width]',
      ),
    ],
  ],
  [
    'with a decoder as safety checker',
    { parts: { safety_checker: sdVaeDecoderGraph() } },
    [expect.stringContaining('safety_checker/model.onnx, inputs: expected clip_input and images')],
  ],
  [
    'with another usual size than that of its network',
    { unet: { latentSize: [8, 9] } },
    ['model.json#/defaults/width: expected 72, the size that the network was exported for, got 64'],
  ],
  [
    'with sides that are no multiples',
    { defaults: { width: 100 }, familyOptions: { side_step: 32 } },
    ['model.json#/defaults/width: expected a multiple of 32, got 100'],
  ],
  [
    'with a step between sides that latents can’t have',
    { familyOptions: { side_step: 12 } },
    ['model.json#/family_options/side_step: expected a multiple of pixels_per_latent (8), got 12'],
  ],
  [
    'with defaults that no request could have',
    { defaults: { guidance_scale: -1, sheduler: 'ddim' } },
    [
      'model.json#/defaults/sheduler: is not a known field; did you mean scheduler?',
      expect.stringContaining('model.json#/defaults/guidance_scale: expected a number from 0 to 100, got -1'),
    ],
  ],
])('a model %s is told of', async (_, model, problems) => {
  const found = await problemsOfSd(models, model);
  expect(found).toEqual(problems);
});

it('a manifest without the scale of its latents is told of by the catalog', async () => {
  const familyOptions = { latent_scale: undefined };
  await expect(problemsOfSd(models, { familyOptions })).rejects.toThrow(
    'model.json#/family_options/latent_scale: is missing',
  );
});
