import type { DetectionOptions, Label } from '@darkroom/contracts';
import { type Pixels, type Placement, tensorToPixels } from '@darkroom/imaging';
import type { CompleteManifest } from '@darkroom/model-catalog';
import { type Float32Tensor, type Graph, type Tensor, toFloat32 } from '@darkroom/tensor';
import { concatBatches } from '../batch-tensors.js';
import type { Pipeline, PipelineInput, PipelineOutcome, StepCounter } from '../family.js';
import { labelColors } from '../label-colors.js';
import { neededPicture } from '../needed-picture.js';
import { NO_STEPS } from '../no-steps.js';
import { plainPicture } from '../plain-picture.js';
import { normalizationOf } from '../prepare-picture.js';
import type { Detected } from './detected.js';
import { finishDetections } from './finish-detections.js';
import { keptClassIds } from './kept-class-ids.js';
import { splitPictures } from './split-pictures.js';

/** What the graph gave for one picture, by name. */
export type PictureOutputs = Readonly<Record<string, Tensor>>;

export interface PreparedPicture {
  /** What the graph is fed for this picture, by the name of the input. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Where the picture lies on the input. */
  readonly placement: Placement;
  /** Ids of the classes that the request wants to keep; `null` for all. */
  readonly keptClassIds: ReadonlySet<number> | null;
}

/** What one detector does other than the next. */
export interface Detector {
  /** The input that takes the picture: `[batch, 3, height, width]`, `[batch, height, width, 3]`, or without the batch. */
  readonly inputName: string;
  /** The outputs that are read. */
  readonly outputNames: readonly string[];
  /** Whether several pictures can go through in one run; each output then begins with as many. */
  readonly takesBatches: boolean;
  /** `null` where neither the graph nor labels tell. */
  readonly classes: number | null;
  prepare(picture: Pixels, kept: ReadonlySet<number> | null): PreparedPicture;
  /** What is in a picture, no more than wanted, in any order. */
  decode(outputs: PictureOutputs, prepared: PreparedPicture, options: DetectionOptions): readonly Detected[];
}

/** The stages of a detector with one graph, from pixels to detections. */
export class DetectorPipeline implements Pipeline<PreparedPicture, PictureOutputs> {
  readonly #manifest: CompleteManifest;
  readonly #graph: Graph;
  readonly #detector: Detector;
  readonly #labels: readonly Label[];

  constructor(manifest: CompleteManifest, graph: Graph, detector: Detector) {
    this.#manifest = manifest;
    this.#graph = graph;
    this.#detector = detector;
    this.#labels = labelColors(manifest, detector.classes ?? undefined);
  }

  get takesBatches(): boolean {
    return this.#detector.takesBatches;
  }

  async prepare(input: PipelineInput): Promise<PreparedPicture> {
    const kept = keptClassIds((input.options as DetectionOptions).classes, this.#labels);
    return this.#detector.prepare(neededPicture(input), kept);
  }

  batchKey(prepared: PreparedPicture): string {
    return this.#pictureIn(prepared).dims.join('x');
  }

  async infer(batch: readonly PreparedPicture[], steps: StepCounter): Promise<readonly PictureOutputs[]> {
    const runs = this.takesBatches ? [batch] : batch.map((prepared) => [prepared]);
    const outputs: PictureOutputs[] = [];
    for (const [index, run] of runs.entries()) {
      steps.step(index, runs.length);
      outputs.push(...(await this.#run(run)));
    }
    steps.step(runs.length, runs.length);
    return outputs;
  }

  async postprocess(
    outputs: PictureOutputs,
    prepared: PreparedPicture,
    input: PipelineInput,
  ): Promise<PipelineOutcome> {
    const detectionOptions = input.options as DetectionOptions;
    const detected = this.#detector.decode(outputs, prepared, detectionOptions);
    return finishDetections(neededPicture(input), detected, {
      labels: this.#labels,
      options: detectionOptions,
      modelInput: () => this.#modelInput(prepared),
    });
  }

  async warmUp(): Promise<void> {
    const picture = plainPicture(this.#manifest.preparation);
    await this.infer([await this.prepare({ picture, options: {} })], NO_STEPS);
  }

  #pictureIn({ feeds }: PreparedPicture): Tensor {
    return feeds[this.#detector.inputName]!;
  }

  #modelInput(prepared: PreparedPicture): Pixels {
    const { dims, data } = toFloat32(this.#pictureIn(prepared));
    const batch: Float32Tensor = { type: 'float32', dims: [1, ...dims.slice(-3)], data };
    return tensorToPixels(batch, normalizationOf(this.#manifest.preparation));
  }

  /** @returns the outputs of each picture */
  async #run(batch: readonly PreparedPicture[]): Promise<PictureOutputs[]> {
    const { outputNames } = this.#detector;
    const names = Object.keys(batch[0]!.feeds);
    const feeds = names.map((name) => [name, concatBatches(batch.map(({ feeds }) => feeds[name]!))]);
    const outputs = await this.#graph.run(Object.fromEntries(feeds), outputNames);
    if (!this.takesBatches) return [outputs];
    const split = outputNames.map(
      (name) => [name, splitPictures(name, outputs[name]!, batch.length)] as const,
    );
    return batch.map((_, i) => Object.fromEntries(split.map(([name, tensors]) => [name, tensors[i]!])));
  }
}
