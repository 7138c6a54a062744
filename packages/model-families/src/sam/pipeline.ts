import type {
  EmbeddingOptions,
  EmbeddingSource,
  EverythingOptions,
  PromptsOptions,
  TaskResult,
} from '@darkroom/contracts';
import type { Pixels, Placement } from '@darkroom/imaging';
import type { LoadedManifest } from '@darkroom/model-catalog';
import { type Graph, type Tensor, toFloat32 } from '@darkroom/tensor';
import { ChunkRunner } from '../chunk-runner.js';
import type { Embedding } from '../embedding-cache.js';
import type {
  Pipeline,
  PipelineArtifact,
  PipelineInput,
  PipelineOutcome,
  PipelineTools,
  StepCounter,
} from '../family.js';
import { neededPicture } from '../needed-picture.js';
import { plainPicture } from '../plain-picture.js';
import type { RunMemory } from '../run-memory.js';
import { answerPrompts } from './answer-prompts.js';
import type { AnsweredMask } from './answered-mask.js';
import { EMBEDDING_FILE, logitsArtifacts, makeArtifacts, overlayOptions } from './artifacts.js';
import { describeMasks } from './describe-masks.js';
import { findEverything } from './find-everything.js';
import { type FoundEmbedding, PictureEmbeddings } from './picture-embeddings.js';
import { PictureEncoder } from './picture-encoder.js';
import { PromptDecoder } from './prompt-decoder.js';
import { readRequest, type SamRequest } from './read-request.js';
import type { SamSignature } from './signature.js';

interface PreparedPicture {
  readonly picture: Pixels;
  readonly placement: Placement;
  /** What the encoder made of it for an earlier job; `null` where that isn't known. */
  readonly recalled: Embedding | null;
  /** The picture as the encoder takes it; `null` where its embedding was recalled. */
  readonly tensor: Tensor | null;
  /** Under what its embedding is kept; `null` where it isn't. */
  readonly key: string | null;
  readonly request: SamRequest;
}

interface InferredPicture extends FoundEmbedding {
  readonly masks: readonly AnsweredMask[];
}

type SamOptions = PromptsOptions | EverythingOptions | EmbeddingOptions;

/** One loaded sam model. A picture is encoded once, as long as its embedding is kept; what is asked of it costs the decoder. */
export class SamPipeline implements Pipeline<PreparedPicture, InferredPicture> {
  readonly takesBatches = false;
  readonly #model: LoadedManifest;
  readonly #signature: SamSignature;
  readonly #encoder: PictureEncoder;
  readonly #decoder: PromptDecoder;
  readonly #embeddings: PictureEmbeddings;
  readonly #promptRunner = new ChunkRunner('prompts');
  readonly #pointRunner = new ChunkRunner('points');

  constructor(
    model: LoadedManifest,
    graphs: { readonly encoder: Graph; readonly decoder: Graph },
    signature: SamSignature,
    tools: PipelineTools,
  ) {
    this.#model = model;
    this.#signature = signature;
    const outputNames = [...new Set(signature.decoder.links.map(({ output }) => output))];
    this.#encoder = new PictureEncoder(graphs.encoder, signature.encoder, outputNames);
    this.#decoder = new PromptDecoder(graphs.decoder, signature.decoder);
    this.#embeddings = new PictureEmbeddings(model, this.#encoder, tools.embeddings);
  }

  async prepare(input: PipelineInput): Promise<PreparedPicture> {
    const picture = neededPicture(input);
    const { pictureSha256 } = input;
    const request = readRequest(input, this.#signature.decoder.maskCells);
    const placement = this.#encoder.place(picture);
    const key = this.#embeddings.keyOf(pictureSha256);
    const recalled = await this.#embeddings.recall(key);
    const tensor = recalled ? null : this.#encoder.tensor(picture, placement);
    return { picture, placement, recalled, tensor, key, request };
  }

  batchKey({ tensor }: PreparedPicture): string {
    return tensor?.dims.join('x') ?? '';
  }

  async infer(
    batch: readonly PreparedPicture[],
    steps: StepCounter,
    memory: RunMemory,
  ): Promise<readonly InferredPicture[]> {
    const inferred: InferredPicture[] = [];
    for (const prepared of batch) inferred.push(await this.#inferOne(prepared, steps, memory));
    return inferred;
  }

  async postprocess(
    { embedding, source, kept, masks }: InferredPicture,
    prepared: PreparedPicture,
    input: PipelineInput,
  ): Promise<PipelineOutcome> {
    // Whoever hears of this job's end may ask for the same picture at once.
    await kept;
    const picture = neededPicture(input);
    const samOptions = input.options as SamOptions;
    const embeddingTensor = () => toFloat32(embedding[this.#signature.decoder.mainOutput]!);
    const isEmbedding = samOptions.mode === 'embedding';
    const outputs: readonly string[] = isEmbedding
      ? ['embedding', ...samOptions.outputs]
      : samOptions.outputs;
    const modelInput = () => this.#encoder.seen(this.#tensorOf(prepared));
    const segmented = { picture, masks, embedding: embeddingTensor, modelInput };
    const artifacts = await makeArtifacts(segmented, outputs, overlayOptions(samOptions));
    const size = { width: picture.width, height: picture.height };
    if (isEmbedding) {
      const shape = [...embeddingTensor().dims];
      const result: TaskResult = { kind: 'embedding', ...size, shape, artifact: EMBEDDING_FILE };
      return outcome(result, artifacts, source);
    }
    const described = await describeMasks(masks, size, samOptions);
    const result: TaskResult = { kind: 'masks', ...size, masks: [...described.masks] };
    return outcome(result, [...artifacts, ...described.artifacts, ...logitsArtifacts(masks)], source);
  }

  async warmUp(): Promise<void> {
    const picture = plainPicture(this.#model.manifest.preparation);
    const points = [{ x: picture.width / 2, y: picture.height / 2, positive: true }];
    const placement = this.#encoder.place(picture);
    const embedding = await this.#encoder.encode(this.#encoder.tensor(picture, placement));
    await this.#decoder.decode({ embedding, placement }, [{ points, box: null, mask: null }]);
  }

  async #inferOne(
    prepared: PreparedPicture,
    steps: StepCounter,
    memory: RunMemory,
  ): Promise<InferredPicture> {
    steps.step(0, 1);
    const found = await this.#embeddings.find(prepared, () => this.#tensorOf(prepared));
    return { ...found, masks: await this.#masksOf(prepared, found.embedding, steps, memory) };
  }

  async #masksOf(
    { picture: pixels, placement, request }: PreparedPicture,
    embedding: Embedding,
    steps: StepCounter,
    memory: RunMemory,
  ): Promise<readonly AnsweredMask[]> {
    if (request.mode === 'embedding') return [];
    const shared = {
      picture: { embedding, placement },
      resize: this.#signature.encoder.resize,
      decoder: this.#decoder,
      steps,
      memory,
    };
    if (request.mode === 'prompts') {
      const keepsLogits = this.#signature.decoder.maskCells !== null;
      return answerPrompts({ ...request, ...shared, keepsLogits, runner: this.#promptRunner });
    }
    return findEverything({
      ...request,
      ...shared,
      pixels,
      encoder: this.#encoder,
      runner: this.#pointRunner,
    });
  }

  /** Of a picture whose embedding was known when it was prepared, it is made when it is needed after all. */
  #tensorOf({ picture, placement, tensor }: PreparedPicture): Tensor {
    return tensor ?? this.#encoder.tensor(picture, placement);
  }
}

function outcome(
  result: TaskResult,
  artifacts: readonly PipelineArtifact[],
  embedding: EmbeddingSource,
): PipelineOutcome {
  return { result, artifacts, warnings: [], embedding };
}
