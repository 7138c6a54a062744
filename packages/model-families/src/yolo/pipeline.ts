import { DarkroomError, type DetectionOptions, type Label } from '@darkroom/contracts';
import { tensorToPixels } from '@darkroom/imaging';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Graph, type Tensor, toFloat32 } from '@darkroom/tensor';
import { concatBatches, splitBatch } from '../batch-tensors.js';
import { finishDetections } from '../detection/finish-detections.js';
import { keptClassIds } from '../detection/kept-class-ids.js';
import { plainPicture } from '../detection/plain-picture.js';
import type { Pipeline, PipelineInput, PipelineOutcome, PipelineSteps } from '../family.js';
import { labelColors } from '../label-colors.js';
import { normalizationOf } from '../prepare-picture.js';
import { decode } from './decode.js';
import { type PreparedPicture, prepare } from './prepare.js';
import type { YoloSignature } from './signature.js';

/** What the graph gave for one picture: `[1, …]` each, by name. */
type PictureOutputs = Readonly<Record<string, Tensor>>;

/** One loaded yolo model. */
export class YoloPipeline implements Pipeline<PreparedPicture, PictureOutputs> {
  readonly #manifest: CompleteManifest;
  readonly #graph: Graph;
  readonly #signature: YoloSignature;
  readonly #labels: readonly Label[];

  constructor(manifest: CompleteManifest, graph: Graph, signature: YoloSignature) {
    this.#manifest = manifest;
    this.#graph = graph;
    this.#signature = signature;
    this.#labels = labelColors(manifest, signature.classes ?? undefined);
  }

  get takesBatches(): boolean {
    return this.#signature.takesBatches;
  }

  async prepare({ picture, options }: PipelineInput): Promise<PreparedPicture> {
    const kept = keptClassIds((options as DetectionOptions).classes, this.#labels);
    return prepare(picture, this.#manifest.preparation, this.#signature, kept);
  }

  batchKey({ feed }: PreparedPicture): string {
    return feed.dims.join('x');
  }

  async infer(batch: readonly PreparedPicture[], steps: PipelineSteps): Promise<readonly PictureOutputs[]> {
    const runs = this.#signature.takesBatches ? [batch] : batch.map((prepared) => [prepared]);
    const outputs: PictureOutputs[] = [];
    for (const [index, run] of runs.entries()) {
      steps.step(index, runs.length);
      outputs.push(...(await this.#run(run.map(({ feed }) => feed))));
    }
    steps.step(runs.length, runs.length);
    return outputs;
  }

  async postprocess(
    outputs: PictureOutputs,
    prepared: PreparedPicture,
    { picture, options }: PipelineInput,
  ): Promise<PipelineOutcome> {
    const detectionOptions = options as DetectionOptions;
    const detected = decode(outputs, this.#signature.decoding, prepared, detectionOptions);
    return finishDetections(picture, detected, {
      labels: this.#labels,
      options: detectionOptions,
      modelInput: () => tensorToPixels(toFloat32(prepared.feed), normalizationOf(this.#manifest.preparation)),
    });
  }

  async warmUp(): Promise<void> {
    const picture = plainPicture(this.#manifest.preparation);
    await this.infer([await this.prepare({ picture, options: {} })], { step() {} });
  }

  /** @returns the outputs of each feed's picture */
  async #run(feeds: readonly Tensor[]): Promise<PictureOutputs[]> {
    const { inputName, outputNames } = this.#signature;
    const outputs = await this.#graph.run({ [inputName]: concatBatches(feeds) }, outputNames);
    const split = outputNames.map(
      (name) => [name, splitPictures(name, outputs[name]!, feeds.length)] as const,
    );
    return feeds.map((_, i) => Object.fromEntries(split.map(([name, tensors]) => [name, tensors[i]!])));
  }
}

function splitPictures(name: string, output: Tensor, pictures: number): Tensor[] {
  if (output.dims.length >= 3 && output.dims[0] === pictures) return splitBatch(output);
  throw new DarkroomError(
    'inference_failed',
    `Expected the output ${name} to be of ${pictures} pictures, got a tensor of [${output.dims.join(', ')}].`,
  );
}
