import { type Graph, type Tensor, type TensorSpec, toFloat32 } from '@darkroom/tensor';
import { ChunkRunner } from '../chunk-runner.js';
import type { StepCounter } from '../family.js';
import { feedTensor } from '../feed-tensor.js';
import type { RunMemory } from '../run-memory.js';
import { type LatentSize, lengthOf } from './latent-size.js';
import type { Conditioning } from './text-conditioner.js';
import type { UnetSignature } from './unet-signature.js';

/** What the network is told beside latents and time: one row for each of its answers. */
export interface UnetRows extends Conditioning {
  readonly count: number;
  /** `[rows, numbers]` of sizes and crops; `null` where the network takes none. */
  readonly timeIds: Float32Array | null;
  /** The guidance scale, encoded, for each row; `null` where the network isn't told it. */
  readonly guidance: Float32Array | null;
}

interface Step {
  readonly timestep: number;
  /** The latents as the network sees them, one set for each picture; rows take them in turn, again and again. */
  readonly latents: Float32Array;
  readonly size: LatentSize;
  readonly rows: UnetRows;
  /** As long as the latents times rows over pictures. */
  readonly into: Float32Array;
  /** Done once, while the network runs. */
  readonly meanwhile: () => void;
  readonly steps: StepCounter;
  readonly memory: RunMemory;
}

/** The network that says what of some latents is noise. Rows share runs as far as memory suffices. */
export class Unet {
  readonly #graph: Graph;
  readonly #signature: UnetSignature;
  readonly #runner = new ChunkRunner('rows of a denoising step');

  constructor(graph: Graph, signature: UnetSignature) {
    this.#graph = graph;
    this.#signature = signature;
  }

  get latentChannels(): number {
    return this.#signature.latentChannels;
  }

  /** Whether the graph takes latents of a size. */
  takes({ height, width }: LatentSize): boolean {
    const { latentHeight, latentWidth } = this.#signature;
    return (latentHeight ?? height) === height && (latentWidth ?? width) === width;
  }

  /** How long the encoded guidance scale is; `null` where the network isn't told it. */
  get guidanceLength(): number | null {
    const spec = this.#signature.inputs.timestep_cond;
    return spec === null ? null : (spec.dims.at(-1) ?? 256);
  }

  get takesTimeIds(): boolean {
    return this.#signature.inputs.time_ids !== null;
  }

  async predict(step: Step): Promise<void> {
    const { rows, memory, steps } = step;
    const { rowsPerRun } = this.#signature;
    const groups = grouped(rows.count, rowsPerRun ?? 1);
    let isFirst = true;
    await this.#runner.run(groups, {
      // A graph that has its own number of rows takes no more and no fewer.
      chunkSize: rowsPerRun === null ? groups.length : 1,
      memory,
      steps: { step: () => steps.step(0, 1) },
      runChunk: async (chunk) => {
        const running = this.#run(step, chunk.flat());
        if (isFirst) step.meanwhile();
        isFirst = false;
        await running;
        return chunk;
      },
    });
  }

  async #run(step: Step, run: readonly number[]): Promise<void> {
    const { into, rows } = step;
    const length = into.length / rows.count;
    const { [this.#signature.outputName]: output } = await this.#graph.run(this.#feeds(step, run));
    const answer = toFloat32(output!).data;
    for (const [i, row] of run.entries())
      into.set(answer.subarray(i * length, (i + 1) * length), row * length);
  }

  #feeds({ timestep, latents, size, rows }: Step, chunk: readonly number[]): Record<string, Tensor> {
    const length = lengthOf(size);
    const pictures = latents.length / length;
    const { inputs } = this.#signature;
    const values = {
      sample: [pick(latents, length, chunk, pictures), [size.channels, size.height, size.width]],
      encoder_hidden_states: [
        pick(rows.tokens.data, widthOf(rows.tokens.dims), chunk),
        rows.tokens.dims.slice(1),
      ],
      timestep_cond: rows.guidance && pickRows(rows.guidance, rows.count, chunk),
      text_embeds: rows.texts && pickRows(rows.texts.data, rows.count, chunk),
      time_ids: rows.timeIds && pickRows(rows.timeIds, rows.count, chunk),
    } as const;
    const feeds: Record<string, Tensor> = {
      [inputs.timestep!.name]: timestepTensor(timestep, inputs.timestep!, chunk.length),
    };
    for (const [name, value] of Object.entries(values)) {
      const spec = inputs[name as keyof typeof values];
      if (spec && value) feeds[spec.name] = feedTensor(value[0], [chunk.length, ...value[1]], spec.type);
    }
    return feeds;
  }
}

/** A scalar, one number, or one for each row, as the graph has it: of a free length, one for each fits every export. */
function timestepTensor(timestep: number, spec: TensorSpec, rows: number): Tensor {
  if (spec.dims.length === 0) return feedTensor(Float32Array.of(timestep), [], spec.type);
  const count = spec.dims[0] ?? rows;
  return feedTensor(new Float32Array(count).fill(timestep), [count], spec.type);
}

/** Rows in groups of one length; the last group has its last row again until it is as long. */
function grouped(count: number, length: number): number[][] {
  return Array.from({ length: Math.ceil(count / length) }, (_, group) =>
    Array.from({ length }, (_, i) => Math.min(group * length + i, count - 1)),
  );
}

function pickRows(
  data: Float32Array,
  count: number,
  chunk: readonly number[],
): readonly [Float32Array, number[]] {
  const length = data.length / count;
  return [pick(data, length, chunk), [length]];
}

/** @param period rows after which the data begin again */
function pick(
  data: Float32Array,
  length: number,
  chunk: readonly number[],
  period = Number.POSITIVE_INFINITY,
): Float32Array {
  const [first = 0] = chunk;
  const isRun = chunk.every((row, i) => row === first + i && row % period === (first % period) + i);
  // Rows that lie side by side need no copy.
  if (isRun) return data.subarray((first % period) * length, ((first % period) + chunk.length) * length);
  const picked = new Float32Array(chunk.length * length);
  for (const [to, row] of chunk.entries()) {
    const from = (row % period) * length;
    picked.set(data.subarray(from, from + length), to * length);
  }
  return picked;
}

function widthOf([, ...rest]: readonly number[]): number {
  return rest.reduce((product, size) => product * size, 1);
}
