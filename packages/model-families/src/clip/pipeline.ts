import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AnalysisOptions, AnalysisResult } from '@darkroom/contracts';
import {
  type Color,
  type Pixels,
  pixelsToTensor,
  type ResampledPixels,
  tensorToPixels,
} from '@darkroom/imaging';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { ChunkRunner } from '../chunk-runner.js';
import type { Pipeline, PipelineInput, PipelineOutcome, StepCounter } from '../family.js';
import { neededPicture } from '../needed-picture.js';
import { NO_STEPS } from '../no-steps.js';
import { plainPicture } from '../plain-picture.js';
import { normalizationOf, resizePicture } from '../prepare-picture.js';
import { NO_SHORTAGE, type RunMemory } from '../run-memory.js';
import type { TextTokenizer } from '../text-tokenizer/text-tokenizer.js';
import { makeArtifacts } from './artifacts.js';
import { cropOf, plainColor } from './crops.js';
import { describeRegions } from './describe-regions.js';
import type { LogitScaleSource } from './logit-scale.js';
import { optionsOf } from './options.js';
import type { PictureEncoder } from './picture-encoder.js';
import { type AnalysisRequest, readRequest, warningsFor } from './read-request.js';
import type { Region } from './regions.js';
import { describeScores, type ScoredEmbedding, scoreEmbedding } from './score-embedding.js';
import type { LogitScale } from './scores.js';
import { type ReadText, TextEmbeddings } from './text-embeddings.js';
import type { TextEncoder } from './text-encoder.js';

/** What a clip model is made of. */
export interface ClipParts {
  readonly tokenizer: TextTokenizer;
  readonly texts: TextEncoder;
  readonly pictures: PictureEncoder;
  /** Whether several pictures can go through in one run. */
  readonly takesBatches: boolean;
  readonly logitScale: LogitScaleSource;
}

interface PreparedAnalysis {
  readonly request: AnalysisRequest;
  /** The picture, or its regions that have a pixel, of the size of the network's input. */
  readonly pictures: readonly ResampledPixels[];
}

interface InferredAnalysis {
  /** One for each picture that was prepared. */
  readonly pictures: readonly Float32Array[];
  /** One for each concept. */
  readonly concepts: readonly Float32Array[];
  readonly logitScale: LogitScale;
}

/**
 * One loaded clip model. Texts that are not known yet, and pictures, of all jobs of a batch, go through in chunks: fifty
 * concepts and thirty regions are a handful of runs.
 */
export class ClipPipeline implements Pipeline<PreparedAnalysis, InferredAnalysis> {
  readonly takesBatches: boolean;
  readonly #manifest: CompleteManifest;
  readonly #parts: ClipParts;
  readonly #texts: TextEmbeddings;
  readonly #pictureRunner = new ChunkRunner('pictures');
  readonly #plainColor: Color;

  constructor(manifest: CompleteManifest, parts: ClipParts) {
    this.takesBatches = parts.takesBatches;
    this.#manifest = manifest;
    this.#parts = parts;
    this.#texts = new TextEmbeddings(parts.texts);
    this.#plainColor = plainColor(manifest.preparation);
  }

  async prepare(input: PipelineInput): Promise<PreparedAnalysis> {
    const picture = neededPicture(input);
    const request = await readRequest(input.options as AnalysisOptions, picture, this.#parts.tokenizer);
    const { options, regions } = request;
    if (options.scored === 'picture') return { request, pictures: [this.#resize(picture)] };
    const pictures: ResampledPixels[] = [];
    for (const region of regions) {
      if (region.box === null) continue;
      // There may be hundreds, and the process has messages to answer.
      await nextTurn();
      pictures.push(this.#resize(this.#crop(picture, region, options)));
    }
    return { request, pictures };
  }

  /** All pictures have one size. */
  batchKey(): string {
    return '';
  }

  async infer(
    batch: readonly PreparedAnalysis[],
    steps: StepCounter,
    memory: RunMemory,
  ): Promise<readonly InferredAnalysis[]> {
    const logitScale = await this.#parts.logitScale.find();
    const pictures = batch.flatMap((prepared) => prepared.pictures);
    const { known, unseen } = await this.#texts.recall(batch.flatMap(({ request }) => request.texts));
    const all = unseen.length + pictures.length;
    const made = await this.#texts.make(unseen, { step: (done) => steps.step(done, all) }, memory);
    for (const [i, { text }] of unseen.entries()) known.set(text, made[i]!);
    const pictureSteps = { step: (done: number) => steps.step(unseen.length + done, all) };
    const embeddings = await this.#encode(pictures, pictureSteps, memory);
    let first = 0;
    return batch.map((prepared) => {
      const own = embeddings.slice(first, first + prepared.pictures.length);
      first += own.length;
      return { pictures: own, concepts: conceptsOf(prepared.request.texts, known), logitScale };
    });
  }

  async postprocess(
    inferred: InferredAnalysis,
    { request, pictures }: PreparedAnalysis,
    input: PipelineInput,
  ): Promise<PipelineOutcome> {
    const picture = neededPicture(input);
    const { options, regions } = request;
    const size = { width: picture.width, height: picture.height };
    const { whole, scored } = this.#score(inferred, request);
    const described = await describeRegions(regions, scored, size, options);
    const artifacts = await makeArtifacts({
      picture,
      options,
      whole,
      regions,
      scored,
      conceptEmbeddings: inferred.concepts,
      crop: (region) => this.#crop(picture, region, options),
      modelInput: () => this.#seen(pictures[0]!),
    });
    const isWanted = whole !== null && options.outputs.includes('embedding');
    const result: AnalysisResult = {
      ...size,
      ...describeScores(whole, options.concepts),
      regions: [...described.regions],
      embedding: isWanted ? [...whole.embedding] : null,
    };
    return {
      result,
      artifacts: [...artifacts, ...described.artifacts],
      warnings: warningsFor(request, {
        maxTokens: this.#parts.tokenizer.maxTokens,
        isSoftmax: optionsOf(this.#manifest).activation === 'softmax',
      }),
    };
  }

  async warmUp(): Promise<void> {
    const { preparation } = this.#manifest;
    await this.#parts.logitScale.find();
    await this.#parts.texts.encode([this.#parts.tokenizer.tokenize('')]);
    await this.#encode([this.#resize(plainPicture(preparation))], NO_STEPS, NO_SHORTAGE);
  }

  #resize(picture: Pixels): ResampledPixels {
    return resizePicture(picture, this.#manifest.preparation);
  }

  #crop(picture: Pixels, region: Region, { region_crop }: AnalysisOptions): Pixels {
    return cropOf(picture, region, region_crop, this.#plainColor);
  }

  async #encode(
    pictures: readonly ResampledPixels[],
    steps: StepCounter,
    memory: RunMemory,
  ): Promise<readonly Float32Array[]> {
    if (pictures.length === 0) return [];
    return this.#pictureRunner.run(pictures, {
      chunkSize: this.#parts.pictures.picturesPerRun,
      runChunk: (chunk) => this.#parts.pictures.encode(chunk),
      steps,
      memory,
    });
  }

  #score({ pictures, concepts, logitScale }: InferredAnalysis, { options, regions }: AnalysisRequest) {
    const { activation } = optionsOf(this.#manifest);
    const score = (embedding: Float32Array) =>
      scoreEmbedding(embedding, concepts, { logitScale, activation });
    if (options.scored === 'picture') return { whole: score(pictures[0]!), scored: [] };
    let next = 0;
    const scored = regions.map(({ box }): ScoredEmbedding | null =>
      box === null ? null : score(pictures[next++]!),
    );
    return { whole: null, scored };
  }

  /** Made of the very numbers that went into the graph. */
  #seen(picture: ResampledPixels): Pixels {
    const normalization = normalizationOf(this.#manifest.preparation);
    return tensorToPixels(pixelsToTensor(picture, normalization), normalization);
  }
}

function conceptsOf(texts: readonly ReadText[], known: ReadonlyMap<string, Float32Array>): Float32Array[] {
  return texts.map(({ text }) => known.get(text)!);
}
