import { DarkroomError, type GenerationOptions, type TaskResult, type Warning } from '@darkroom/contracts';
import type { Pixels } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import type { Pipeline, PipelineArtifact, PipelineInput, PipelineOutcome, PipelineSteps } from '../family.js';
import { NO_STEPS } from '../no-steps.js';
import { NO_SHORTAGE, type RunMemory } from '../run-memory.js';
import { imageArtifact, previewArtifact } from './artifacts.js';
import { denoise } from './denoise.js';
import { noiseLatents, pictureLatents } from './first-latents.js';
import type { LatentCodec } from './latent-codec.js';
import { type LatentSize, latentsOfEach, lengthOf } from './latent-size.js';
import { openScheduler } from './open-scheduler.js';
import { generationDefaults, optionsOf } from './options.js';
import type { GraphPart } from './parts.js';
import { guidanceScaleOf, noiseFor, wantedPictures } from './request.js';
import type { SafetyChecker } from './safety-checker.js';
import type { Scheduler } from './schedulers/scheduler.js';
import type { ConfiguredScheduler } from './schedulers/scheduler-kind.js';
import type { TextConditioner } from './text-conditioner.js';
import type { Unet } from './unet.js';
import { unetRows } from './unet-rows.js';

/** The stages of a generation, each with its graphs. */
export interface StableDiffusionParts {
  readonly conditioner: TextConditioner;
  readonly unet: Unet;
  readonly codec: LatentCodec;
  readonly safetyChecker: SafetyChecker | null;
  /** Gives the memory of graphs back, where the manifest wants that; of all where none is named. */
  readonly drop: (...parts: GraphPart[]) => Promise<void>;
}

interface PreparedGeneration {
  readonly options: GenerationOptions;
  readonly scheduler: ConfiguredScheduler;
  /** What it begins with; `null`: with noise alone. */
  readonly picture: Pixels | null;
}

interface Preview {
  /** How many steps were taken. */
  readonly done: number;
  readonly stepCount: number;
  readonly options: GenerationOptions;
  readonly steps: PipelineSteps;
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
    this.#checkSize(generation);
    if (picture !== null) this.#parts.codec.expectEncoder();
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

  /** Runs once what every job runs, at the size that most have. */
  async warmUp(): Promise<void> {
    const { conditioner, unet, drop } = this.#parts;
    const defaults = generationDefaults(this.#model.manifest);
    const size = this.#latentSize(defaults);
    const isGuided = guidanceScaleOf(defaults, unet.guidanceLength !== null) !== null;
    const pictures = [{ prompt: '', promptIndex: 0, negativePrompt: '', seed: 0 }];
    const latents = new Float32Array(lengthOf(size));
    try {
      const rows = await unetRows(conditioner, unet, pictures, { options: defaults, isGuided });
      await drop('text_encoder', 'text_encoder_2');
      const into = new Float32Array(latents.length * rows.count);
      const nothing = { meanwhile() {}, steps: NO_STEPS, memory: NO_SHORTAGE };
      await unet.predict({ timestep: 1, latents, size, rows, into, ...nothing });
      await drop('unet');
      await this.#decode(latents, size, () => {});
    } finally {
      await drop();
    }
  }

  async #generate(
    prepared: PreparedGeneration,
    steps: PipelineSteps,
    memory: RunMemory,
  ): Promise<GeneratedPictures> {
    try {
      return await this.#takeStages(prepared, steps, memory);
    } finally {
      // Of a job that was canceled, too.
      await this.#parts.drop();
    }
  }

  async #takeStages(
    prepared: PreparedGeneration,
    steps: PipelineSteps,
    memory: RunMemory,
  ): Promise<GeneratedPictures> {
    const { options, picture } = prepared;
    const { conditioner, unet, codec, drop } = this.#parts;
    const wanted = wantedPictures(options);
    const size = this.#latentSize(options);
    const guidanceScale = guidanceScaleOf(options, unet.guidanceLength !== null);
    const scheduler = this.#startScheduler(prepared, wanted.length * lengthOf(size));
    const stepCount = scheduler.timesteps.length;
    steps.step(0, stepCount);
    const rows = await unetRows(conditioner, unet, wanted, { options, isGuided: guidanceScale !== null });
    await drop('text_encoder', 'text_encoder_2');
    const noise = noiseFor(options);
    const beginning = { scheduler, size, noise, pictures: wanted.length };
    const latents = picture
      ? await pictureLatents(picture, codec, options, beginning)
      : noiseLatents(beginning);
    await drop('vae_encoder');
    const afterStep = (done: number) => this.#preview(latents, size, { done, stepCount, options, steps });
    const run = { unet, scheduler, latents, size, rows, guidanceScale, noise, steps, memory };
    await denoise({ ...run, afterStep });
    await drop('unet');
    return this.#decode(latents, size, () => steps.step(stepCount, stepCount));
  }

  #latentSize({ width, height }: Pick<GenerationOptions, 'width' | 'height'>): LatentSize {
    const { pixels_per_latent } = optionsOf(this.#model.manifest);
    return {
      channels: this.#parts.unet.latentChannels,
      height: height / pixels_per_latent,
      width: width / pixels_per_latent,
    };
  }

  /** A graph that was exported for one size takes no other. */
  #checkSize(options: GenerationOptions): void {
    if (this.#parts.unet.takes(this.#latentSize(options))) return;
    const { width, height } = generationDefaults(this.#model.manifest);
    throw new DarkroomError(
      'option_not_supported',
      `The model’s network was exported for pictures of ${width} × ${height} alone, got ${options.width} × ${options.height}.`,
    );
  }

  #startScheduler({ options, scheduler, picture }: PreparedGeneration, latentsLength: number): Scheduler {
    const { steps, strength = generationDefaults(this.#model.manifest).strength } = options;
    const fromPicture = picture === null ? {} : { strength };
    // A network that is told the guidance scale is one of the few-step kind, whose steps are not to be cut.
    const keepsSteps = this.#parts.unet.guidanceLength !== null;
    return scheduler.start({ steps, latentsLength, keepsSteps, ...fromPicture });
  }

  async #preview(
    latents: Float32Array,
    size: LatentSize,
    { done, stepCount, options, steps }: Preview,
  ): Promise<void> {
    // The last step is shown by the picture itself.
    if (options.preview_every === 0 || done % options.preview_every !== 0 || done === stepCount) return;
    const { codec, drop } = this.#parts;
    for (const [index, each] of latentsOfEach(latents, size).entries()) {
      steps.preview(await previewArtifact(index, await codec.decode(each, size), done), done);
    }
    await drop('vae_decoder');
  }

  /** @param beforeEach may throw, where nobody wants the pictures any more */
  async #decode(latents: Float32Array, size: LatentSize, beforeEach: () => void): Promise<GeneratedPictures> {
    const { codec, safetyChecker } = this.#parts;
    const pictures: (Pixels | null)[] = [];
    for (const each of latentsOfEach(latents, size)) {
      beforeEach();
      const picture = await codec.decode(each, size);
      pictures.push((await safetyChecker?.flags(picture)) ? null : picture);
    }
    return pictures;
  }

  #warnings(options: GenerationOptions): Warning[] {
    const { conditioner, unet } = this.#parts;
    const isGuided = guidanceScaleOf(options, unet.guidanceLength !== null) !== null;
    return conditioner.warningsFor([...options.prompt, ...(isGuided ? options.negative_prompt : [])]);
  }
}
