import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGraph } from '@darkroom/inference';
import {
  ONE_THREAD_MATRIX_EDGE,
  type SlowSegmentationGraphOptions,
  slowSegmentationGraph,
} from '@darkroom/testkit';

/** Some tenths of a second. */
const CALIBRATION_ITERATIONS = 20_000;
const CALIBRATION_RUNS = 4;

let msPerIteration: Promise<number> | null = null;

/**
 * A graph whose run takes at least about so long on this machine, however busy that is and however many threads the
 * run may use; longer where other processes want the same core.
 */
export async function slowGraph(
  runMs: number,
  options: Omit<SlowSegmentationGraphOptions, 'iterations' | 'matrixEdge'>,
): Promise<Buffer> {
  msPerIteration ??= measureIteration();
  const iterations = Math.ceil(runMs / (await msPerIteration));
  return slowSegmentationGraph({ ...options, iterations, matrixEdge: ONE_THREAD_MATRIX_EDGE });
}

/** In processor time, and in the quickest of several runs: what else the machine does must not make runs shorter. */
async function measureIteration(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-calibration-'));
  const path = join(folder, 'graph.onnx');
  await writeFile(
    path,
    slowSegmentationGraph({
      classes: 2,
      iterations: CALIBRATION_ITERATIONS,
      matrixEdge: ONE_THREAD_MATRIX_EDGE,
    }),
  );
  const graph = await openGraph(path, { providers: [{ name: 'cpu' }], intraOpThreads: 1 });
  const input = { type: 'float32', dims: [1, 3, 1, 1], data: new Float32Array(3) } as const;
  let quickestMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < CALIBRATION_RUNS; run++) {
    const before = process.cpuUsage();
    await graph.run({ input });
    const { user, system } = process.cpuUsage(before);
    quickestMs = Math.min(quickestMs, (user + system) / 1_000);
  }
  await graph.close();
  await rm(folder, { recursive: true });
  return quickestMs / CALIBRATION_ITERATIONS;
}
