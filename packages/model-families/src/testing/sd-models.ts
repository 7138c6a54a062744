import { basename, dirname } from 'node:path';
import type { GenerationOptions, GenerationResult } from '@darkroom/contracts';
import { decodeImage, type Pixels } from '@darkroom/imaging';
import { describeProblem } from '@darkroom/model-catalog';
import type { Tensor } from '@darkroom/tensor';
import { type SdModel, writeSdModel } from '@darkroom/testkit';
import type { Pipeline, PipelineArtifact, PipelineOutcome, PipelineSteps } from '../family.js';
import { NO_STEPS } from '../no-steps.js';
import { type ClosableGraph, checkModel, openModel } from '../open-model.js';
import { NO_SHORTAGE, type RunMemory } from '../run-memory.js';
import { openOnCpu, type TestModels } from './test-models.js';

/** What happened to a graph, which is called as its part of the model. */
export interface GraphEvent {
  readonly part: string;
  readonly what: 'open' | 'run' | 'close';
  /** Of a run. */
  readonly feeds?: Readonly<Record<string, Tensor>>;
}

export interface RecordedSd {
  readonly pipeline: Pipeline;
  /** What happened since it was opened; tests may empty it. */
  readonly events: GraphEvent[];
}

const write = (models: TestModels, model: Omit<SdModel, 'id'>) =>
  models.loadWritten((folder) => writeSdModel(folder, { id: 'model', ...model }));

/** What the family has against a tiny Stable Diffusion, as lines. */
export async function problemsOfSd(models: TestModels, model: Omit<SdModel, 'id'>): Promise<string[]> {
  return (await checkModel(await write(models, model), openOnCpu)).map(describeProblem);
}

/** A tiny Stable Diffusion whose graphs tell what happens to them. */
export async function openSd(models: TestModels, model: Omit<SdModel, 'id'> = {}): Promise<RecordedSd> {
  const events: GraphEvent[] = [];
  const loaded = await write(models, model);
  const { pipeline } = models.closeLater(await openModel(loaded, (path) => openRecorded(path, events)));
  return { pipeline, events };
}

async function openRecorded(path: string, events: GraphEvent[]): Promise<ClosableGraph> {
  const part = basename(dirname(path));
  const graph = await openOnCpu(path);
  events.push({ part, what: 'open' });
  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    close: () => {
      events.push({ part, what: 'close' });
      return graph.close();
    },
    run: (feeds, names) => {
      const copies = Object.entries(feeds).map(([name, feed]) => [
        name,
        { ...feed, data: feed.data.slice() },
      ]);
      events.push({ part, what: 'run', feeds: Object.fromEntries(copies) });
      return graph.run(feeds, names);
    },
  };
}

/** What was fed to an input at each run of a graph. */
export function feedsOf(events: readonly GraphEvent[], part: string, input: string): Tensor[] {
  return events
    .filter((event) => event.part === part && event.what === 'run')
    .map(({ feeds }) => feeds![input]!);
}

/** Small ones, so that a test takes no time, that are not square. */
export const PLAIN_GENERATION: GenerationOptions = {
  prompt: ['a red cat'],
  negative_prompt: [],
  width: 72,
  height: 48,
  steps: 4,
  guidance_scale: 7.5,
  count: 1,
  seed: 1,
  preview_every: 0,
  output_format: 'png',
};

export interface Generated extends PipelineOutcome {
  readonly images: GenerationResult['images'];
  readonly byName: Readonly<Record<string, PipelineArtifact>>;
}

export interface GenerationRun {
  readonly picture?: Pixels;
  readonly steps?: Partial<PipelineSteps>;
  readonly memory?: RunMemory;
}

/** A job through all stages of a pipeline. */
export async function generate(
  pipeline: Pipeline,
  options: Partial<GenerationOptions> = {},
  { picture, steps = {}, memory = NO_SHORTAGE }: GenerationRun = {},
): Promise<Generated> {
  const input = { picture: picture ?? null, options: { ...PLAIN_GENERATION, ...options } };
  const prepared = await pipeline.prepare(input);
  const [inferred] = await pipeline.infer([prepared], { ...NO_STEPS, ...steps }, memory);
  const outcome = await pipeline.postprocess(inferred, prepared, input);
  const { images } = outcome.result as GenerationResult;
  return {
    ...outcome,
    images,
    byName: Object.fromEntries(outcome.artifacts.map((artifact) => [artifact.name, artifact])),
  };
}

export const decode = ({ bytes }: PipelineArtifact) => decodeImage(bytes, { maxPixels: 1e6 });

/** Stripes and steps of colours. */
export function stripedPicture(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = (x * 7 + y * 13 + c * 50 + x * y) % 256;
    }
  }
  return { width, height, channels: 3, data };
}
