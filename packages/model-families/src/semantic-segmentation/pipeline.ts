import { DarkroomError, type Label, type SemanticOptions } from '@darkroom/contracts';
import { type Logits, tensorToPixels } from '@darkroom/imaging';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Graph, type Tensor, toFloat32 } from '@darkroom/tensor';
import { concatBatches, splitBatch } from '../batch-tensors.js';
import type { Pipeline, PipelineInput, PipelineOutcome, StepCounter } from '../family.js';
import { isBackgroundLabel, labelColors } from '../label-colors.js';
import { neededPicture } from '../needed-picture.js';
import { NO_STEPS } from '../no-steps.js';
import { plainPicture } from '../plain-picture.js';
import { normalizationOf } from '../prepare-picture.js';
import { makeArtifacts } from './artifacts.js';
import { countClasses, decodeClassIds, readLogits } from './decode.js';
import type { SemanticSegmentationOptions } from './options.js';
import { type PreparedPicture, prepare } from './prepare.js';
import type { SegmentationSignature } from './signature.js';

/** One loaded semantic-segmentation model. */
export class SemanticSegmentationPipeline implements Pipeline<PreparedPicture, Logits> {
  readonly #manifest: CompleteManifest;
  readonly #graph: Graph;
  readonly #signature: SegmentationSignature;
  readonly #labels: readonly Label[];
  readonly #background: number | null;

  constructor(manifest: CompleteManifest, graph: Graph, signature: SegmentationSignature) {
    this.#manifest = manifest;
    this.#graph = graph;
    this.#signature = signature;
    this.#labels = labelColors(manifest, signature.classes);
    const { background } = manifest.family_options as SemanticSegmentationOptions;
    const firstIsBackground = isBackgroundLabel(this.#labels[0]?.label ?? '');
    this.#background = background === undefined ? (firstIsBackground ? 0 : null) : background;
  }

  get takesBatches(): boolean {
    return this.#signature.takesBatches;
  }

  async prepare(input: Pick<PipelineInput, 'picture'>): Promise<PreparedPicture> {
    return prepare(neededPicture(input), this.#manifest.preparation, this.#signature.inputType);
  }

  batchKey({ feed }: PreparedPicture): string {
    return feed.dims.join('x');
  }

  async infer(batch: readonly PreparedPicture[], steps: StepCounter): Promise<readonly Logits[]> {
    const runs = this.#signature.takesBatches ? [batch] : batch.map((prepared) => [prepared]);
    const logits: Logits[] = [];
    for (const [index, run] of runs.entries()) {
      steps.step(index, runs.length);
      const outputs = await this.#run(run.map(({ feed }) => feed));
      logits.push(...outputs.map((output) => readLogits(output, this.#signature)));
    }
    steps.step(runs.length, runs.length);
    return logits;
  }

  async postprocess(
    logits: Logits,
    prepared: PreparedPicture,
    input: PipelineInput,
  ): Promise<PipelineOutcome> {
    const { placement, feed } = prepared;
    const classIds = decodeClassIds(logits, placement);
    const segmented = {
      picture: neededPicture(input),
      classIds,
      logits,
      labels: this.#labels,
      background: this.#background,
      modelInput: () => tensorToPixels(toFloat32(feed), normalizationOf(this.#manifest.preparation)),
    };
    return {
      result: countClasses(classIds, placement, this.#labels),
      artifacts: await makeArtifacts(segmented, input.options as SemanticOptions),
      warnings: [],
    };
  }

  async warmUp(): Promise<void> {
    const picture = plainPicture(this.#manifest.preparation);
    await this.infer([await this.prepare({ picture })], NO_STEPS);
  }

  /** @returns one output of `[1, …]` for each feed */
  async #run(feeds: readonly Tensor[]): Promise<Tensor[]> {
    const { inputName, outputName } = this.#signature;
    const outputs = await this.#graph.run({ [inputName]: concatBatches(feeds) }, [outputName]);
    const output = outputs[outputName]!;
    if (output.dims.length === 4 && output.dims[0] === feeds.length) return splitBatch(output);
    throw new DarkroomError(
      'inference_failed',
      `Expected logits of ${feeds.length} pictures in the output ${outputName}, ` +
        `got a tensor of [${output.dims.join(', ')}].`,
    );
  }
}
