import { DarkroomError } from '@darkroom/contracts';
import {
  describeProblem,
  type LoadedManifest,
  type ModelProblem,
  schemaProblems,
} from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { TokenizerFilesError } from '../text-tokenizer/tokenizer-files.js';
import { LatentCodec } from './latent-codec.js';
import { openScheduler } from './open-scheduler.js';
import {
  DefaultsSchema,
  generationDefaults,
  optionsOf,
  requestOptions,
  StableDiffusionOptionsSchema,
} from './options.js';
import { type GraphPart, graphPartsOf, hasImageToImage, SCHEDULER_PART } from './parts.js';
import { StableDiffusionPipeline } from './pipeline.js';
import { SafetyChecker } from './safety-checker.js';
import { SchedulerConfigError } from './schedulers/scheduler-config.js';
import { readSignature } from './signature.js';
import { TextConditioner, type TextEncoder } from './text-conditioner.js';
import { openTokenizer } from './tokenizers.js';
import { Unet } from './unet.js';

/**
 * Stable Diffusion: text encoders say what is wanted, a network takes noise off latents step by step, and the decoder of
 * an autoencoder makes pictures of them. SD 1 and 2, Turbo, LCM and SDXL, as diffusers and optimum lay out their folders.
 */
export const stableDiffusion: Family = {
  name: 'stable-diffusion',
  task: 'generation',
  optionsSchema: StableDiffusionOptionsSchema,
  preparesPictures: false,
  graphParts: graphPartsOf,
  dropsGraphs: (manifest) => optionsOf(manifest).drop_graphs,
  capabilities: (manifest) => [
    'text_to_image',
    ...(hasImageToImage(manifest) ? (['image_to_image'] as const) : []),
  ],
  requestOptions,
  inputSize: (manifest) => {
    const { width, height } = generationDefaults(manifest);
    return { width, height };
  },
  check: (model, signatures) => {
    const { problems } = readSignature(signatures, (part) => model.manifest.files[part]?.path);
    return [...problems, ...checkFiles(model), ...checkDefaults(model)];
  },
  load(model, graphs) {
    const { signature, problems } = readSignature(graphs, (part) => model.manifest.files[part]?.path);
    if (!signature) throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
    const graph = (part: GraphPart) => graphs[part]!;
    const options = optionsOf(model.manifest);
    const encoders = signature.textEncoders.map((encoder, i): TextEncoder => {
      const ending = i === 0 ? '' : '_2';
      return {
        tokenizer: openTokenizer(model, ending),
        graph: graph(`text_encoder${ending}`),
        signature: encoder,
      };
    });
    const { vaeEncoder, safetyChecker } = signature;
    const stages = {
      text: [graph('text_encoder'), ...(graphs['text_encoder_2'] ? [graph('text_encoder_2')] : [])],
      denoising: [graph('unet')],
      pictures: Object.values(graphs),
    } as const;
    return new StableDiffusionPipeline(model, {
      conditioner: new TextConditioner(encoders, options.zero_empty_prompt),
      unet: new Unet(graph('unet'), signature.unet),
      codec: new LatentCodec({
        decoder: { graph: graph('vae_decoder'), signature: signature.vaeDecoder },
        encoder: vaeEncoder && { graph: graph('vae_encoder'), signature: vaeEncoder },
        scale: options.latent_scale,
      }),
      safetyChecker: safetyChecker && new SafetyChecker(graph('safety_checker'), safetyChecker),
      leave: async (stage) => {
        if (!options.drop_graphs) return;
        for (const left of stages[stage]) await left.release();
      },
    });
  },
};

/** Tokenizer and scheduler, which are no graphs. */
function checkFiles(model: LoadedManifest): ModelProblem[] {
  const missing: ModelProblem[] = [];
  const { files } = model.manifest;
  if (!files[SCHEDULER_PART]) {
    missing.push({
      file: 'model.json',
      field: `#/files/${SCHEDULER_PART}`,
      detail: 'is missing; expected the scheduler_config.json',
    });
  } else missing.push(...problemOf(() => openScheduler(model), files[SCHEDULER_PART]!.path));
  const endings = files['text_encoder_2'] ? (['', '_2'] as const) : ([''] as const);
  for (const ending of endings) {
    missing.push(
      ...problemOf(() => openTokenizer(model, ending), `the tokenizer${ending && ' of text_encoder_2'}`),
    );
  }
  return missing;
}

function problemOf(open: () => unknown, file: string): ModelProblem[] {
  try {
    open();
    return [];
  } catch (error) {
    if (error instanceof SchedulerConfigError) {
      return error.problems.map(({ pointer, detail }) => ({ file, field: pointer, detail }));
    }
    if (error instanceof TokenizerFilesError) return [{ file: error.file, field: '', detail: error.detail }];
    return [{ file, field: '', detail: `cannot be read: ${(error as Error).message}` }];
  }
}

function checkDefaults({ manifest }: LoadedManifest): ModelProblem[] {
  const problems = schemaProblems(DefaultsSchema, manifest.defaults, '#/defaults');
  return problems.map(({ pointer, detail }) => ({ file: 'model.json', field: pointer, detail }));
}
