import { readFile, writeFile } from 'node:fs/promises';
import { openGraph } from '@darkroom/inference';
import { threadBudget } from '@darkroom/inference/thread-budget';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '@darkroom/tensor';
import { ExpectedFailure, runAsScript } from './expected-failure.js';

/** A run that took longer is not repeated for its time without the first run's preparations. */
const REPEATED_BELOW_SECONDS = 10;

/*
 * `node scripts/dist/run-graph.js graph.onnx inputs.safetensors outputs.safetensors [threads]`: runs a graph on the
 * processor, for `models/export` where Python has no ONNX Runtime. Prints how long a run takes, as JSON.
 */
await runAsScript(async () => {
  const [graphPath, inputsPath, outputsPath, threads] = process.argv.slice(2);
  if (graphPath === undefined || inputsPath === undefined || outputsPath === undefined) {
    throw new ExpectedFailure('expected a graph, a file with its inputs, and one for its outputs');
  }
  const { tensors: feeds } = decodeSafetensors(await readFile(inputsPath));
  const graph = await openGraph(graphPath, {
    providers: [{ name: 'cpu' }],
    intraOpThreads: Number(threads) || threadBudget(),
  });
  const timed = async (): Promise<[Record<string, Tensor>, number]> => {
    const startedMs = performance.now();
    const outputs = await graph.run(feeds);
    return [outputs, (performance.now() - startedMs) / 1000];
  };
  let [outputs, seconds] = await timed();
  if (seconds < REPEATED_BELOW_SECONDS) [outputs, seconds] = await timed();
  await graph.close();
  await writeFile(outputsPath, encodeSafetensors({ tensors: outputs, metadata: {} }));
  process.stdout.write(`${JSON.stringify({ run_seconds: seconds })}\n`);
});
