import { basename } from 'node:path';
import type { AnalysisOptions, AnalysisResult, KnownRegion } from '@darkroom/contracts';
import { encodeRle, type Pixels, type RegionMask } from '@darkroom/imaging';
import { describeProblem } from '@darkroom/model-catalog';
import type { Tensor } from '@darkroom/tensor';
import { type ClipModel, writeClipModel } from '@darkroom/testkit';
import type { Pipeline, PipelineArtifact, PipelineOutcome, StepCounter } from '../family.js';
import { NO_STEPS } from '../no-steps.js';
import { type ClosableGraph, checkModel, openModel } from '../open-model.js';
import { NO_SHORTAGE, type RunMemory } from '../run-memory.js';
import { openOnCpu, type TestModels } from './test-models.js';

const write = (models: TestModels, model: Omit<ClipModel, 'id'>) =>
  models.loadWritten((folder) => writeClipModel(folder, { id: 'model', ...model }));

/** What the family has against a tiny CLIP, as lines. */
export async function problemsOfClip(
  models: TestModels,
  model: Omit<ClipModel, 'id'> = {},
): Promise<string[]> {
  return (await checkModel(await write(models, model), openOnCpu)).map(describeProblem);
}

/** A run of a graph, which is called as its file is. */
export interface GraphRun {
  readonly graph: string;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

export interface RecordedClip {
  readonly pipeline: Pipeline;
  /** Since it was opened; tests may empty it. */
  readonly runs: GraphRun[];
}

/** A tiny CLIP whose graphs tell of their runs. */
export async function openClip(models: TestModels, model: Omit<ClipModel, 'id'> = {}): Promise<RecordedClip> {
  const runs: GraphRun[] = [];
  const loaded = await write(models, model);
  const { pipeline } = models.closeLater(await openModel(loaded, (path) => openRecorded(path, runs)));
  return { pipeline, runs };
}

async function openRecorded(path: string, runs: GraphRun[]): Promise<ClosableGraph> {
  const opened = await openOnCpu(path);
  return {
    inputs: opened.inputs,
    outputs: opened.outputs,
    close: () => opened.close(),
    run: (feeds, names) => {
      runs.push({ graph: basename(path, '.onnx'), feeds });
      return opened.run(feeds, names);
    },
  };
}

/** How many texts, or pictures, each run of a graph had. @param input what was fed */
export function rowsOf(runs: readonly GraphRun[], graph: string, input: string): number[] {
  return runs.filter((run) => run.graph === graph).map(({ feeds }) => feeds[input]!.dims[0]!);
}

export const PLAIN_ANALYSIS: AnalysisOptions = {
  scored: 'picture',
  concepts: [],
  template: 'a photo of a {}',
  regions: [],
  region_crop: 'masked',
  mask_format: 'rle',
  polygon_tolerance: 1,
  outputs: [],
  output_format: 'png',
};

export interface Analyzed extends Omit<PipelineOutcome, 'artifacts' | 'result'> {
  readonly result: AnalysisResult;
  readonly artifacts: Readonly<Record<string, PipelineArtifact>>;
}

export interface AnalysisRun {
  readonly steps?: StepCounter;
  readonly memory?: RunMemory;
}

/** Jobs through all stages of a pipeline, in one batch. */
export async function analyzeAll(
  pipeline: Pipeline,
  jobs: readonly { readonly picture: Pixels; readonly options: Partial<AnalysisOptions> }[],
  { steps = NO_STEPS, memory = NO_SHORTAGE }: AnalysisRun = {},
): Promise<Analyzed[]> {
  const inputs = jobs.map(({ picture, options }) => ({
    picture,
    options: { ...PLAIN_ANALYSIS, ...options },
  }));
  const prepared = await Promise.all(inputs.map((input) => pipeline.prepare(input)));
  const counter = { ...NO_STEPS, step: (done: number, all: number) => steps.step(done, all) };
  const inferred = await pipeline.infer(prepared, counter, memory);
  const outcomes = await Promise.all(
    inputs.map((input, i) => pipeline.postprocess(inferred[i]!, prepared[i]!, input)),
  );
  return outcomes.map(({ result, artifacts, ...outcome }) => ({
    ...outcome,
    result: result as AnalysisResult,
    artifacts: Object.fromEntries(artifacts.map((artifact) => [artifact.name, artifact])),
  }));
}

/** One job alone. */
export async function analyze(
  pipeline: Pipeline,
  picture: Pixels,
  options: Partial<AnalysisOptions>,
  run: AnalysisRun = {},
): Promise<Analyzed> {
  return (await analyzeAll(pipeline, [{ picture, options }], run))[0]!;
}

/** A region that is all of a box, or the pixels of it that are 1 in `data`, row by row. */
export function regionOf(
  { width, height }: Pick<Pixels, 'width' | 'height'>,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  data?: readonly number[],
): KnownRegion {
  const size = { width: x1 - x0, height: y1 - y0 };
  const ones = new Uint8Array(size.width * size.height).fill(1);
  const mask: RegionMask = { x: x0, y: y0, ...size, data: data ? Uint8Array.from(data) : ones };
  const rle = encodeRle(mask, width, height);
  return { rle: { size: [...rle.size], counts: rle.counts }, predicted_iou: 0.9 };
}
