import { readFileSync } from 'node:fs';
import type { EverythingOptions, MasksResult } from '@darkroom/contracts';
import { pixelsOf } from '@darkroom/imaging';
import { GraphThread, parseDevice, resolveDevice } from '@darkroom/inference';
import { readCatalog } from '@darkroom/model-catalog';
import { type ClosableGraph, FAMILIES, NO_SHORTAGE, NO_STEPS, openModel } from '@darkroom/model-families';
import { answerMessages } from '../asked-process.js';
import { forgetPeak, readPeak } from '../peak-memory.js';
import { parseProcessorMs } from '../processor-time.js';
import { decoderFeeds } from './decoder-alone.js';
import type { FromEverything, ToEverything } from './everything-messages.js';
import { AUTOMATIC, PICTURE_SIZE } from './everything-settings.js';

/* The process that looks for everything in a large picture, as an inference process does. */
const WARM_UP_RUNS = 2;

process.title = 'darkroom bench everything';
answerMessages(find);

async function find({ modelsFolder, threads, automatic }: ToEverything): Promise<FromEverything> {
  const { pipeline, decoder } = await open(modelsFolder, threads);
  const decoderPeakBytes = await peakOfDecoder(decoder.graph);
  const { width, height } = PICTURE_SIZE;
  const options: EverythingOptions = {
    mode: 'everything',
    automatic: { ...AUTOMATIC, ...automatic },
    mask_format: 'rle',
    polygon_tolerance: 1,
    overlay_opacity: 0.4,
    overlay_outlines: true,
    outputs: [],
    output_format: 'png',
  };
  const input = { picture: pixelsOf(new Uint8Array(width * height * 3).fill(128), width, height), options };
  const prepared = await pipeline.prepare(input);
  decoder.elapsedMs = 0;
  forgetPeak();
  const begun = readTimes();
  const [inferred] = await pipeline.infer([prepared], NO_STEPS, NO_SHORTAGE);
  const found = readTimes();
  const peakBytes = readPeak();
  const { result } = await pipeline.postprocess(inferred, prepared, input);
  const lookingProcessorMs = found.ownProcessorMs - begun.ownProcessorMs;
  return {
    type: 'found',
    points: options.automatic.points_per_side ** 2,
    masks: (result as MasksResult).masks.length,
    elapsedMs: found.wallMs - begun.wallMs,
    decoderMs: decoder.elapsedMs,
    decoderProcessorMs: found.processorMs - begun.processorMs - lookingProcessorMs,
    lookingProcessorMs,
    postprocessMs: performance.now() - found.wallMs,
    peakBytes,
    decoderPeakBytes,
  };
}

/** The decoder's graph, whose runs are timed. */
class TimedGraph {
  readonly graph: ClosableGraph;
  elapsedMs = 0;

  constructor(graph: ClosableGraph) {
    this.graph = {
      ...graph,
      run: async (...run) => {
        const startedMs = performance.now();
        const outputs = await graph.run(...run);
        this.elapsedMs += performance.now() - startedMs;
        return outputs;
      },
    };
  }
}

async function open(modelsFolder: string, intraOpThreads: number) {
  const { models, rejected } = await readCatalog([modelsFolder], { families: FAMILIES });
  const [model] = models;
  if (!model) throw new Error(`the model is refused: ${JSON.stringify(rejected)}`);
  const { providers } = await resolveDevice(parseDevice('cpu'));
  const thread = new GraphThread();
  const decoders: TimedGraph[] = [];
  const { pipeline } = await openModel(model, async (path) => {
    const graph = await thread.open(path, { providers, intraOpThreads });
    if (path !== model.files.decoder) return graph;
    decoders.push(new TimedGraph(graph));
    return decoders.at(-1)!.graph;
  });
  return { pipeline, decoder: decoders[0]! };
}

async function peakOfDecoder(decoder: ClosableGraph): Promise<number> {
  const feeds = decoderFeeds(AUTOMATIC.points_per_batch);
  forgetPeak();
  for (let i = 0; i < WARM_UP_RUNS; i++) await decoder.run(feeds);
  return readPeak();
}

function readTimes() {
  const { user, system } = process.cpuUsage();
  return {
    wallMs: performance.now(),
    processorMs: (user + system) / 1000,
    // Of the first thread, whose number is the process's.
    ownProcessorMs: parseProcessorMs(readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8')),
  };
}
