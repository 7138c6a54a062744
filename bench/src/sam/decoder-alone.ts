import { type OrtGraph, openGraph, parseDevice, resolveDevice } from '@darkroom/inference';
import { float32Tensor, type Tensor } from '@darkroom/tensor';
import { randomNumbers } from '../random-numbers.js';
import type { Resources } from '../resources.js';
import { EMBEDDING_CHANNELS, EMBEDDING_SIDE, INPUT_SIDE } from './sam-sizes.js';

/** What a run of the decoder takes with nothing around it. */
export interface DecoderRun {
  readonly wallMs: number;
  readonly processorMs: number;
}

const EMBEDDING = [1, EMBEDDING_CHANNELS, EMBEDDING_SIDE, EMBEDDING_SIDE];

/** The mask decoder in this process, opened with the options of a worker. */
export class DecoderAlone {
  readonly #graph: OrtGraph;

  private constructor(graph: OrtGraph) {
    this.#graph = graph;
  }

  static async open(file: string, intraOpThreads: number, resources: Resources): Promise<DecoderAlone> {
    const { providers } = await resolveDevice(parseDevice('cpu'));
    const graph = await openGraph(file, { providers, intraOpThreads });
    const decoder = new DecoderAlone(resources.add(graph, (it) => it.close()));
    await decoder.run();
    return decoder;
  }

  async run(): Promise<DecoderRun> {
    const feeds = decoderFeeds(1);
    const processorBefore = process.cpuUsage();
    const startedMs = performance.now();
    await this.#graph.run(feeds);
    const wallMs = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(processorBefore);
    return { wallMs, processorMs: (user + system) / 1000 };
  }
}

/** An embedding of nothing, and so many points as prompts. */
export function decoderFeeds(points: number): Record<string, Tensor> {
  const random = randomNumbers(points);
  const embedding = () =>
    float32Tensor(
      Float32Array.from(
        { length: EMBEDDING.reduce((product, size) => product * size, 1) },
        () => 2 * random() - 1,
      ),
      EMBEDDING,
    );
  const places = Float32Array.from({ length: 2 * points }, () => random() * INPUT_SIDE);
  return {
    image_embeddings: embedding(),
    image_positional_embeddings: embedding(),
    input_points: float32Tensor(places, [1, points, 1, 2]),
    input_labels: { type: 'int64', dims: [1, points, 1], data: new BigInt64Array(points).fill(1n) },
  };
}
