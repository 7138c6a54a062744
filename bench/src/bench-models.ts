import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePicture, pixelsOf } from '@darkroom/imaging';
import { slowSegmentationGraph, writeTestModel } from '@darkroom/testkit';
import { INPUT_EDGE } from './input-edge.js';
import type { RawGraph } from './raw-graph.js';

const CLASSES = 8;
const CALIBRATION_ITERATIONS = 40;
const CALIBRATION_MS = 2_000;

/** A model in a folder of models, made so that a run of it takes about so long. */
export interface BenchModel {
  readonly id: string;
  readonly graphFile: string;
  /** Multiplications of a 512 × 512 matrix in each run. */
  readonly iterations: number;
}

/** Models whose runs take as long as is wanted on this machine, in a temporary folder. */
export class BenchModels {
  readonly folder: string;
  readonly #msPerIteration: number;

  private constructor(folder: string, msPerIteration: number) {
    this.folder = folder;
    this.#msPerIteration = msPerIteration;
  }

  /**
   * Measures what one multiplication takes.
   *
   * @param threads that share the work of one operator, as many as the worker will have
   */
  static async calibrate(raw: RawGraph, threads: number): Promise<BenchModels> {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
    const { graphFile } = await writeModel(folder, 'calibration', CALIBRATION_ITERATIONS);
    await raw.open(graphFile, threads);
    const { runs, elapsedMs } = await raw.run(CALIBRATION_MS);
    await rm(join(folder, 'calibration'), { recursive: true });
    return new BenchModels(folder, elapsedMs / runs / CALIBRATION_ITERATIONS);
  }

  async add(id: string, runMs: number): Promise<BenchModel> {
    return writeModel(this.folder, id, Math.max(1, Math.round(runMs / this.#msPerIteration)));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function writeModel(modelsFolder: string, id: string, iterations: number): Promise<BenchModel> {
  const graph = slowSegmentationGraph({ classes: CLASSES, iterations });
  // Loaded when the worker starts: no job pays for it, and none while the other side is measured.
  const manifest = { runtime: { preload: true } };
  const { folder } = await writeTestModel(modelsFolder, { id, graph, manifest });
  return { id, graphFile: join(folder, 'graph.onnx'), iterations };
}

/** A small PNG, so that decoding it and encoding its map take next to nothing. */
export async function benchPicture(): Promise<Buffer> {
  const data = Uint8Array.from({ length: INPUT_EDGE * INPUT_EDGE * 3 }, (_, i) => (i >> 6) * 5);
  return encodePicture(pixelsOf(data, INPUT_EDGE, INPUT_EDGE), 'png');
}
