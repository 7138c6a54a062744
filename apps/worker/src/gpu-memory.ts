import { listGpus } from './list-gpus.js';
import { queryGpus } from './nvidia-smi.js';

/** Memory of one GPU, of all that use it: other programs and other containers too. */
export interface GpuMemory {
  readonly uuid: string;
  readonly usedBytes: number;
  readonly totalBytes: number;
}

/** Looks at one GPU. @returns null when it doesn't tell */
export type ReadGpuMemory = () => Promise<GpuMemory | null>;

/** What the worker knows of the GPU that its graphs run on. */
export interface GpuChoice {
  /** As configured: `auto`, `cpu`, `cuda:0`. */
  readonly device: string;
  /** Of the GPU that was leased; null: none was. */
  readonly leasedUuid: string | null;
  /** CUDA's own `CUDA_VISIBLE_DEVICES`: the GPUs that CUDA numbers, by index or UUID; undefined: all. */
  readonly visibleDevices: string | undefined;
}

const BYTES_PER_MIB = 1024 ** 2;

/**
 * The memory of the GPU that the worker's graphs run on, as nvidia-smi tells. Per process it is not asked for: process
 * ids are the host's there, and mean nothing in a container.
 * @returns null where none is used, or none that tells its memory (as parts of a GPU, MIG, don't)
 */
export async function findGpuMemory(choice: GpuChoice): Promise<ReadGpuMemory | null> {
  const uuid = chooseGpu(choice, await listGpus());
  if (uuid === null) return null;
  const read = () => readGpuMemory(uuid);
  return (await read()) === null ? null : read;
}

/** Whether a device of an inference process is a GPU whose memory nvidia-smi tells. */
export function isNvidiaGpu(device: string): boolean {
  return indexOfDevice(device) !== null;
}

function chooseGpu(choice: GpuChoice, uuids: readonly string[]): string | null {
  const { device, leasedUuid, visibleDevices } = choice;
  if (leasedUuid !== null) return leasedUuid;
  const index = device === 'auto' ? 0 : indexOfDevice(device);
  if (index === null) return null;
  if (visibleDevices === undefined) return uuids[index] ?? null;
  const name = visibleDevices.split(',')[index]?.trim();
  if (!name) return null;
  // CUDA takes the beginning of a UUID for the whole.
  const isNumber = /^\d+$/.test(name);
  return uuids.find((uuid, i) => (isNumber ? i === Number(name) : uuid.startsWith(name))) ?? null;
}

function indexOfDevice(device: string): number | null {
  const [, index] = /^cuda:(\d+)$/.exec(device) ?? [];
  return index === undefined ? null : Number(index);
}

async function readGpuMemory(uuid: string): Promise<GpuMemory | null> {
  const [row] = await queryGpus(['memory.used', 'memory.total'], uuid);
  // What a GPU doesn't tell is `[N/A]`.
  const [usedBytes, totalBytes] = (row ?? []).map((mib) => Number(mib) * BYTES_PER_MIB);
  if (usedBytes === undefined || totalBytes === undefined) return null;
  return Number.isFinite(usedBytes + totalBytes) ? { uuid, usedBytes, totalBytes } : null;
}
