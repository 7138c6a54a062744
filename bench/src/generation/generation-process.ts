import { setEnvironmentData } from 'node:worker_threads';
import type { GenerationOptions } from '@darkroom/contracts';
import { GraphThread, parseDevice, resolveDevice } from '@darkroom/inference';
import { readCatalog } from '@darkroom/model-catalog';
import { FAMILIES, NO_SHORTAGE, openModel, type Pipeline } from '@darkroom/model-families';
import { answerMessages } from '../asked-process.js';
import type { FromGeneration, ToGeneration } from './generation-messages.js';
import { LAST_RUN, sharedLastRun, threadsClockMs } from './graph-runs-clock.js';
import type { GenerationEvent } from './step-times.js';
import { watchedGraph } from './watched-graph.js';

/* The process that generates pictures as an inference process does, with its graphs in a thread, and tells when what happened. */
interface WatchedModel {
  readonly pipeline: Pipeline;
  readonly events: GenerationEvent[];
  readonly unetFile: string;
}

let model: WatchedModel | undefined;

process.title = 'darkroom bench generation';
answerMessages(answer);

async function answer(message: ToGeneration): Promise<FromGeneration> {
  if (message.type === 'open') {
    model = await open(message.modelsFolder, message.threads);
    return { type: 'opened' };
  }
  if (!model) throw new Error('no model is open');
  return generate(model, message.options);
}

async function open(modelsFolder: string, intraOpThreads: number): Promise<WatchedModel> {
  const { models, rejected } = await readCatalog([modelsFolder], { families: FAMILIES });
  const [model] = models;
  if (!model) throw new Error(`the model is refused: ${JSON.stringify(rejected)}`);
  const { providers } = await resolveDevice(parseDevice('cpu'));
  const lastRun = sharedLastRun();
  setEnvironmentData(LAST_RUN, lastRun);
  const thread = new GraphThread(new URL('./timed-graph-thread.js', import.meta.url));
  const events: GenerationEvent[] = [];
  const { pipeline } = await openModel(model, async (file) => {
    const graph = await thread.open(file, { providers, intraOpThreads });
    return watchedGraph(graph, { file, lastRun, events });
  });
  await pipeline.warmUp();
  return { pipeline, events, unetFile: model.files.unet! };
}

async function generate(
  { pipeline, events, unetFile }: WatchedModel,
  options: GenerationOptions,
): Promise<FromGeneration> {
  events.length = 0;
  const steps = {
    step: () => void events.push({ what: 'step', atMs: threadsClockMs() }),
    preview() {},
  };
  const input = { picture: null, options: { ...options } };
  const prepared = await pipeline.prepare(input);
  const beganMs = performance.now();
  const [inferred] = await pipeline.infer([prepared], steps, NO_SHORTAGE);
  const inferredMs = performance.now();
  const inferMs = inferredMs - beganMs;
  await pipeline.postprocess(inferred, prepared, input);
  return { type: 'generated', events, unetFile, inferMs, postprocessMs: performance.now() - inferredMs };
}
