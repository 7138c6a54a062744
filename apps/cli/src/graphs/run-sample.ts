import type { AnalysisOptions, Capability, GenerationOptions } from '@darkroom/contracts';
import { decodeImage, ImageRejectedError, type Pixels } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { familyNamed, type GraphOpener, NO_SHORTAGE, NO_STEPS, openModel } from '@darkroom/model-families';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { CommandFailure } from '../command-failure.js';
import type { Sample } from './graph-messages.js';

const MAX_PIXELS = 64_000_000;
const WANTED: readonly string[] = ['overlay', 'model_input', 'image'];
/** What a model that makes pictures is asked for, in few steps: to see that it works. */
const SAMPLE_PROMPT = 'a red circle';
const SAMPLE_STEPS = 4;
/** What a model of texts and pictures compares the picture with. */
const SAMPLE_ANALYSIS: Pick<AnalysisOptions, 'scored' | 'concepts' | 'regions'> = {
  scored: 'picture',
  concepts: ['person', 'animal', 'plant', 'building', 'vehicle', 'red circle'],
  regions: [],
};

/** Runs a model on a picture, or has it make one, through its family’s whole pipeline and with its own defaults. */
export async function runSample(
  model: LoadedManifest,
  pictureBytes: Buffer,
  open: GraphOpener,
): Promise<Sample> {
  const { pipeline, close } = await openModel(model, open);
  try {
    const input = can(model, 'text_to_image')
      ? { picture: null, options: generationOptions(model) }
      : { picture: await decodeSample(pictureBytes), options: optionsFor(model) };
    const prepared = await pipeline.prepare(input);
    const startedAtMs = performance.now();
    const [inferred] = await pipeline.infer([prepared], NO_STEPS, NO_SHORTAGE);
    const inferenceMs = performance.now() - startedAtMs;
    const { result, artifacts } = await pipeline.postprocess(inferred, prepared, input);
    const files = artifacts.filter(({ role }) => WANTED.includes(role));
    return { result, files: files.map(({ name, bytes }) => ({ name, bytes })), inferenceMs };
  } finally {
    await close();
  }
}

async function decodeSample(bytes: Buffer): Promise<Pixels> {
  return decodeImage(bytes, { maxPixels: MAX_PIXELS }).catch((error: unknown) => {
    if (!(error instanceof ImageRejectedError)) throw error;
    throw new CommandFailure(`the sample picture can’t be read: ${error.message}`);
  });
}

function can({ manifest }: LoadedManifest, capability: Capability): boolean {
  return familyNamed(manifest.family)!.capabilities(manifest).includes(capability);
}

function generationOptions({ manifest }: LoadedManifest): GenerationOptions {
  const schema = familyNamed(manifest.family)!.requestOptions(manifest);
  const defaults = Value.Default(schema, {}) as GenerationOptions;
  const steps = Math.min(defaults.steps, SAMPLE_STEPS);
  return { ...defaults, prompt: [SAMPLE_PROMPT], negative_prompt: [''], count: 1, seed: 0, steps };
}

function optionsFor(model: LoadedManifest): Record<string, unknown> {
  const { manifest } = model;
  const schema = familyNamed(manifest.family)!.requestOptions(manifest);
  const defaults = Value.Default(schema, {}) as Record<string, unknown>;
  return {
    ...defaults,
    ...(can(model, 'image_text_similarity') && SAMPLE_ANALYSIS),
    outputs: knownOutputs(schema).filter((output) => WANTED.includes(output)),
  };
}

function knownOutputs(schema: TSchema): readonly string[] {
  const { properties } = schema as { properties?: { outputs?: { items?: { enum?: readonly string[] } } } };
  return properties?.outputs?.items?.enum ?? [];
}
