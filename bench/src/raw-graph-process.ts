import { type OrtGraph, openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import { float32Tensor } from '@darkroom/tensor';
import { answerMessages } from './asked-process.js';
import { INPUT_EDGE } from './input-edge.js';
import type { FromRawGraph, ToRawGraph } from './raw-graph-messages.js';

/* The process of raw runs: opens a graph as a worker's inference process does, and does nothing but run it. */
const WARM_UP_RUNS = 3;
const INPUT = float32Tensor(new Float32Array(3 * INPUT_EDGE * INPUT_EDGE), [1, 3, INPUT_EDGE, INPUT_EDGE]);

let graph: OrtGraph | undefined;

process.title = 'darkroom bench raw graph';
answerMessages(answer);

async function answer(message: ToRawGraph): Promise<FromRawGraph> {
  return message.type === 'open' ? open(message.path, message.threads) : run(message.forMs);
}

async function open(path: string, intraOpThreads: number): Promise<FromRawGraph> {
  await graph?.close();
  const { providers } = await resolveDevice(parseDevice('cpu'));
  graph = await openGraph(path, { providers, intraOpThreads });
  for (let i = 0; i < WARM_UP_RUNS; i++) await runOnce();
  return { type: 'opened' };
}

async function run(forMs: number): Promise<FromRawGraph> {
  const startedMs = performance.now();
  for (let runs = 1; ; runs++) {
    await runOnce();
    const elapsedMs = performance.now() - startedMs;
    if (elapsedMs >= forMs) return { type: 'ran', runs, elapsedMs };
  }
}

async function runOnce(): Promise<void> {
  if (!graph) throw new Error('no graph is open');
  await graph.run({ [graph.inputs[0]!.name]: INPUT });
}
