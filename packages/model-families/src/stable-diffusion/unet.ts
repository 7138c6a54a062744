import { type Graph, type Tensor, type TensorSpec, toFloat32 } from '@darkroom/tensor';
import { ChunkRunner } from '../chunk-runner.js';
import type { StepCounter } from '../family.js';
import { feedTensor } from '../feed-tensor.js';
import type { RunMemory } from '../run-memory.js';
import type { UnetSignature } from './signature.js';
import type { Conditioning } from './text-conditioner.js';

/** What the network is told beside latents and time: one row for each of its answers. */
export interface UnetRows extends Conditioning {
  readonly count: number;
  /** `[rows, numbers]` of sizes and crops; `null` where the network takes none. */
  readonly timeIds: Float32Array | null;
  /** The guidance scale, encoded, for each row; `null` where the network isn't told it. */
  readonly guidance: Float32Array | null;
}

/** Latents of pictures: all of one size. */
export interface LatentSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

interface Step {
  readonly timestep: number;
  /** The latents as the network sees them, one set for each picture; rows take them in turn, again and again. */
  readonly latents: Float32Array;
  readonly size: LatentSize;
  readonly rows: UnetRows;
  /** As long as the latents times rows over pictures. */
  readonly into: Float32Array;
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

  /** How long the encoded guidance scale is; `null` where the network isn't told it. */
  get guidanceLength(): number | null {
    const spec = this.#signature.inputs.timestep_cond;
    return spec === null ? null : (spec.dims.at(-1) ?? 256);
  }

  get takesTimeIds(): boolean {
    return this.#signature.inputs.time_ids !== null;
  }

  async predict(step: Step): Promise<void> {
    const { rows, into, memory } = step;
    const length = into.length / rows.count;
    const fixed = this.#signature.rowsPerRun;
    const indices = Array.from({ length: rows.count }, (_, row) => row);
    await this.#runner.run(indices, {
      chunkSize: fixed ?? rows.count,
      memory,
      steps: { step: () => step.steps.step(0, 1) },
      runChunk: async (chunk) => {
        // A graph of a fixed batch gets its last row again until it has enough.
        const fed = fixed === null ? chunk : fill(chunk, fixed);
        const { [this.#signature.outputName]: output } = await this.#graph.run(this.#feeds(step, fed));
        const answer = toFloat32(output!).data;
        for (const [i, row] of chunk.entries()) {
          into.set(answer.subarray(i * length, (i + 1) * length), row * length);
        }
        return chunk;
      },
    });
  }

  #feeds({ timestep, latents, size, rows }: Step, chunk: readonly number[]): Record<string, Tensor> {
    const length = size.channels * size.height * size.width;
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

/** A scalar, one number, or one for each row, as the graph has it. */
function timestepTensor(timestep: number, spec: TensorSpec, rows: number): Tensor {
  if (spec.dims.length === 0) return feedTensor(Float32Array.of(timestep), [], spec.type);
  const count = spec.dims[0] ?? (isPerRow(spec) ? rows : 1);
  return feedTensor(new Float32Array(count).fill(timestep), [count], spec.type);
}

/** Of a free length, one for each row fits every export: it is broadcast, or is the batch. */
const isPerRow = (_spec: TensorSpec) => true;

function fill(chunk: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, i) => chunk[Math.min(i, chunk.length - 1)]!);
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
