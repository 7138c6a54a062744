import { DarkroomError, type FieldError } from '@darkroom/contracts';
import {
  type CompleteManifest,
  describeProblem,
  type LoadedManifest,
  type ModelProblem,
  schemaProblems,
} from '@darkroom/model-catalog';
import type { Family } from '../family.js';
import { openTokenizer } from '../text-tokenizer/open-tokenizer.js';
import { checkFiles } from './check-files.js';
import { LatentCodec } from './latent-codec.js';
import {
  DefaultsSchema,
  generationDefaults,
  optionsOf,
  requestOptions,
  StableDiffusionOptionsSchema,
  sideStepOf,
} from './options.js';
import { GRAPH_PARTS, type GraphPart, graphPartsOf, hasImageToImage } from './parts.js';
import { StableDiffusionPipeline } from './pipeline.js';
import { recognize } from './recognize.js';
import { SafetyChecker } from './safety-checker.js';
import { readSignature, type StableDiffusionSignature } from './signature.js';
import { TextConditioner, type TextEncoder } from './text-conditioner.js';
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
    const { signature, problems } = readSignature(signatures, (part) => model.manifest.files[part]?.path);
    const encoders = model.manifest.files.text_encoder_2 ? 2 : 1;
    const tokenCounts = Array.from(
      { length: encoders },
      (_, i) => signature?.textEncoders[i]?.tokenCount ?? null,
    );
    return [...problems, ...checkFiles(model, tokenCounts), ...checkDefaults(model, signature)];
  },
  load(model, graphs) {
    const { signature, problems } = readSignature(graphs, (part) => model.manifest.files[part]?.path);
    if (!signature) throw new DarkroomError('inference_failed', problems.map(describeProblem).join('; '));
    const graph = (part: GraphPart) => graphs[part]!;
    const options = optionsOf(model.manifest);
    const encoders = signature.textEncoders.map((encoder, i): TextEncoder => {
      const ending = i === 0 ? '' : '_2';
      return {
        tokenizer: openTokenizer(model, ending, encoder.tokenCount),
        graph: graph(`text_encoder${ending}`),
        signature: encoder,
      };
    });
    const { vaeEncoder, safetyChecker } = signature;
    return new StableDiffusionPipeline(model, {
      conditioner: new TextConditioner(encoders, options.zero_empty_prompt),
      unet: new Unet(graph('unet'), signature.unet),
      codec: new LatentCodec({
        decoder: { graph: graph('vae_decoder'), signature: signature.vaeDecoder },
        encoder: vaeEncoder && { graph: graph('vae_encoder'), signature: vaeEncoder },
        scale: options.latent_scale,
        pixelsPerLatent: options.pixels_per_latent,
      }),
      safetyChecker: safetyChecker && new SafetyChecker(graph('safety_checker'), safetyChecker),
      drop: async (...parts) => {
        if (!options.drop_graphs) return;
        for (const part of parts.length > 0 ? parts : GRAPH_PARTS) await graphs[part]?.release();
      },
    });
  },
  recognize,
};

function checkDefaults(
  { manifest }: LoadedManifest,
  signature: StableDiffusionSignature | null,
): ModelProblem[] {
  const problems = schemaProblems(DefaultsSchema, manifest.defaults, '#/defaults');
  if (problems.length === 0) problems.push(...checkSize(manifest, signature));
  return problems.map(({ pointer, detail }) => ({ file: 'model.json', field: pointer, detail }));
}

/** The usual size must be one that can be asked for, and that of a network which takes no other. */
function checkSize(manifest: CompleteManifest, signature: StableDiffusionSignature | null): FieldError[] {
  const usual = generationDefaults(manifest);
  const { pixels_per_latent } = optionsOf(manifest);
  const step = sideStepOf(manifest);
  if (step % pixels_per_latent !== 0) {
    const detail = `expected a multiple of pixels_per_latent (${pixels_per_latent}), got ${step}`;
    return [{ pointer: '#/family_options/side_step', detail }];
  }
  const { latentWidth = null, latentHeight = null } = signature?.unet ?? {};
  const fixed = { width: latentWidth, height: latentHeight };
  return (['width', 'height'] as const).flatMap((side) => {
    const latents = fixed[side];
    const expected = latents === null ? null : latents * pixels_per_latent;
    if (expected !== null && usual[side] !== expected) {
      const detail = `expected ${expected}, the size that the network was exported for, got ${usual[side]}`;
      return [{ pointer: `#/defaults/${side}`, detail }];
    }
    if (usual[side] % step === 0) return [];
    return [{ pointer: `#/defaults/${side}`, detail: `expected a multiple of ${step}, got ${usual[side]}` }];
  });
}
