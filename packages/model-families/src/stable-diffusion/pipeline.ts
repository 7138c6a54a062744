import type { GenerationOptions, TaskResult, Warning } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { Pipeline, PipelineArtifact, PipelineInput, PipelineOutcome, PipelineSteps } from '../family.js';
import { NO_SHORTAGE, type RunMemory } from '../run-memory.js';
import { imageArtifact, previewArtifact } from './artifacts.js';
import { denoise } from './denoise.js';
import type { LatentCodec } from './latent-codec.js';
import type { NoiseSource } from './noise/noise-source.js';
import { openScheduler } from './open-scheduler.js';
import { generationDefaults, optionsOf } from './options.js';
import { guidanceScaleOf, noiseFor, wantedPictures } from './request.js';
import type { SafetyChecker } from './safety-checker.js';
import type { Scheduler } from './schedulers/scheduler.js';
import type { ConfiguredScheduler } from './schedulers/scheduler-kind.js';
import type { TextConditioner } from './text-conditioner.js';
import type { LatentSize, Unet } from './unet.js';
import { unetRows } from './unet-rows.js';

/** The stages of a generation, each with its graphs. */
export interface StableDiffusionParts {
  readonly conditioner: TextConditioner;
  readonly unet: Unet;
  readonly codec: LatentCodec;
  readonly safetyChecker: SafetyChecker | null;
  /** Gives the memory of a stage's graphs back, where the manifest wants that. */
  readonly leave: (stage: 'text' | 'denoising' | 'pictures') => Promise<void>;
}

interface PreparedGeneration {
  readonly options: GenerationOptions;
  readonly scheduler: ConfiguredScheduler;
  /** What it begins with; `null`: with noise alone. */
  readonly picture: Pixels | null;
}

/** Pictures in the order in which they were asked for; `null` where one is withheld. */
type GeneratedPictures = readonly (Pixels | null)[];

/** One loaded Stable Diffusion. The pictures of a job are denoised side by side, step by step. */
export class StableDiffusionPipeline implements Pipeline<PreparedGeneration, GeneratedPictures> {
  readonly takesBatches = false;
  readonly #model: LoadedManifest;
  readonly #parts: StableDiffusionParts;
  readonly #ownScheduler: ConfiguredScheduler;

  constructor(model: LoadedManifest, parts: StableDiffusionParts) {
    this.#model = model;
    this.#parts = parts;
    this.#ownScheduler = openScheduler(model);
  }

  async prepare({ picture, options }: PipelineInput): Promise<PreparedGeneration> {
    const generation = options as GenerationOptions;
    const { scheduler: name } = generation;
    const scheduler = name === undefined ? this.#ownScheduler : openScheduler(this.#model, name);
    return { options: generation, scheduler, picture };
  }

  batchKey(): string {
    return '';
  }

  async infer(
    batch: readonly PreparedGeneration[],
    steps: PipelineSteps,
    memory: RunMemory,
  ): Promise<readonly GeneratedPictures[]> {
    const generated: GeneratedPictures[] = [];
    for (const prepared of batch) generated.push(await this.#generate(prepared, steps, memory));
    return generated;
  }

  async postprocess(pictures: GeneratedPictures, { options }: PreparedGeneration): Promise<PipelineOutcome> {
    const { id } = this.#model.manifest;
    const wanted = wantedPictures(options);
    const artifacts: (PipelineArtifact | null)[] = [];
    for (const [index, picture] of pictures.entries()) {
      const about = { wanted: wanted[index]!, options, model: id };
      artifacts.push(picture && (await imageArtifact(index, picture, about)));
    }
    const result: TaskResult = {
      images: wanted.map(({ prompt, promptIndex, seed }, index) => ({
        index,
        artifact: artifacts[index]?.name ?? null,
        url: null,
        prompt,
        prompt_index: promptIndex,
        seed,
        width: options.width,
        height: options.height,
        flagged: pictures[index] === null,
      })),
    };
    return {
      result,
      artifacts: artifacts.filter((artifact) => artifact !== null),
      warnings: this.#warnings(options),
    };
  }

  /** The smallest job there is, at the size that most jobs have. */
  async warmUp(): Promise<void> {
    const { width, height } = generationDefaults(this.#model.manifest);
    const options: GenerationOptions = {
      prompt: [''],
      negative_prompt: [''],
      width,
      height,
      steps: 1,
      guidance_scale: 1,
      count: 1,
      seed: 0,
      preview_every: 0,
      output_format: 'png',
    };
    const prepared = await this.prepare({ picture: null, options });
    await this.#generate(prepared, { step() {}, preview() {} }, NO_SHORTAGE);
  }

  async #generate(
    prepared: PreparedGeneration,
    steps: PipelineSteps,
    memory: RunMemory,
  ): Promise<GeneratedPictures> {
    const { options } = prepared;
    const { conditioner, unet, leave } = this.#parts;
    const wanted = wantedPictures(options);
    const size = this.#latentSize(options);
    const guidanceScale = guidanceScaleOf(options, unet.guidanceLength !== null);
    const scheduler = this.#startScheduler(prepared, wanted.length * lengthOf(size));
    steps.step(0, scheduler.timesteps.length);
    const rows = await unetRows(conditioner, unet, wanted, { options, isGuided: guidanceScale !== null });
    await leave('text');
    const noise = noiseFor(options);
    const latents = await this.#firstLatents(prepared, { scheduler, size, noise, pictures: wanted.length });
    await denoise({
      unet,
      scheduler,
      latents,
      size,
      rows,
      guidanceScale,
      noise,
      steps,
      memory,
      afterStep: (done) =>
        this.#preview(latents, size, { done, of: scheduler.timesteps.length, options, steps }),
    });
    await leave('denoising');
    const pictures = await this.#decode(latents, size, steps, scheduler.timesteps.length);
    await leave('pictures');
    return pictures;
  }

  #latentSize({ width, height }: GenerationOptions): LatentSize {
    const { pixels_per_latent } = optionsOf(this.#model.manifest);
    return {
      channels: this.#parts.unet.latentChannels,
      height: height / pixels_per_latent,
      width: width / pixels_per_latent,
    };
  }

  #startScheduler({ options, scheduler, picture }: PreparedGeneration, latentsLength: number): Scheduler {
    const { steps, strength } = options;
    const fromPicture = picture !== null && strength !== undefined ? { strength } : {};
    // A network that is told the guidance scale is one of the few-step kind, whose steps are not to be cut.
    const keepsSteps = this.#parts.unet.guidanceLength !== null;
    return scheduler.start({ steps, latentsLength, keepsSteps, ...fromPicture });
  }

  async #firstLatents(
    { picture, options }: PreparedGeneration,
    about: {
      readonly scheduler: Scheduler;
      readonly size: LatentSize;
      readonly noise: NoiseSource;
      readonly pictures: number;
    },
  ): Promise<Float32Array> {
    const { scheduler, size, noise, pictures } = about;
    const latents = new Float32Array(pictures * lengthOf(size));
    if (picture === null) {
      noise.fill(latents);
      const sigma = Math.fround(scheduler.initNoiseSigma);
      for (let i = 0; i < latents.length; i++) latents[i] = latents[i]! * sigma;
      return latents;
    }
    // One seed for all draws the picture's latents once; a list draws them for each.
    const drawn = typeof options.seed === 'number' ? 1 : pictures;
    const encoded = await this.#parts.codec.encode(picture, options, { pictures: drawn, size, noise });
    const original = new Float32Array(latents.length);
    for (let at = 0; at < original.length; at += encoded.length) original.set(encoded, at);
    const added = new Float32Array(latents.length);
    noise.fill(added);
    scheduler.addNoise(original, added, latents);
    return latents;
  }

  async #preview(
    latents: Float32Array,
    size: LatentSize,
    about: {
      readonly done: number;
      readonly of: number;
      readonly options: GenerationOptions;
      readonly steps: PipelineSteps;
    },
  ): Promise<void> {
    const { done, of, options, steps } = about;
    // The last step is shown by the picture itself.
    if (options.preview_every === 0 || done % options.preview_every !== 0 || done === of) return;
    for (const [index, each] of latentsOfEach(latents, size).entries()) {
      steps.preview(await previewArtifact(index, await this.#parts.codec.decode(each, size), done), done);
    }
  }

  async #decode(
    latents: Float32Array,
    size: LatentSize,
    steps: PipelineSteps,
    count: number,
  ): Promise<GeneratedPictures> {
    const { codec, safetyChecker } = this.#parts;
    const pictures: (Pixels | null)[] = [];
    for (const each of latentsOfEach(latents, size)) {
      steps.step(count, count);
      const picture = await codec.decode(each, size);
      pictures.push((await safetyChecker?.flags(picture)) ? null : picture);
    }
    return pictures;
  }

  #warnings({ prompt, negative_prompt }: GenerationOptions): Warning[] {
    return this.#parts.conditioner.warningsFor([...prompt, ...negative_prompt]);
  }
}

function latentsOfEach(latents: Float32Array, size: LatentSize): Float32Array[] {
  const length = lengthOf(size);
  const count = latents.length / length;
  return Array.from({ length: count }, (_, i) => latents.subarray(i * length, (i + 1) * length));
}

const lengthOf = ({ channels, height, width }: LatentSize) => channels * height * width;
