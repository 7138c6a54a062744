import { totalmem } from 'node:os';
import type { MemoryBytes } from './memory-bytes.js';

/** Bytes with a unit, as operators write them. */
const SIZE = '[0-9]+(\\.[0-9]+)?([KMG]i?)?B';

/** The machine's memory, `6GiB`, or by name and in any order, `host:6GiB,gpu:20GiB`. */
export const MEMORY_BUDGET_PATTERN = `^(${SIZE}|host:${SIZE}(,gpu:${SIZE})?|gpu:${SIZE}(,host:${SIZE})?)$`;

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** The rest is for the worker itself, its Redis client, and pictures on their way. */
const HOST_SHARE_FOR_MODELS = 0.8;
/** The rest is for what the driver takes for itself, and for runs that take more than was measured. */
const GPU_SHARE_FOR_MODELS = 0.9;

/**
 * Memory that the loaded models of a worker may take together.
 * @param text as the operator wrote it, matching {@link MEMORY_BUDGET_PATTERN}; what it leaves out has its default
 * @param gpuTotalBytes of the GPU in use; null where there is none, or none that can be measured
 */
export function memoryBudget(
  text: string | undefined,
  gpuTotalBytes: number | null,
  hostBytes: () => number = defaultHostBudgetBytes,
): MemoryBytes {
  const given = text === undefined ? {} : parseMemoryBudget(text);
  const gpuBytes =
    gpuTotalBytes === null ? Number.POSITIVE_INFINITY : Math.floor(gpuTotalBytes * GPU_SHARE_FOR_MODELS);
  return { host: given.host ?? hostBytes(), gpu: given.gpu ?? gpuBytes };
}

/** @throws RangeError for what is no budget, such as `6 gigs` */
export function parseMemoryBudget(text: string): Partial<MemoryBytes> {
  if (!new RegExp(MEMORY_BUDGET_PATTERN).test(text)) {
    throw new RangeError(`expected a budget such as 6GiB or host:6GiB,gpu:20GiB, got "${text}"`);
  }
  const named = text.includes(':') ? text : `host:${text}`;
  return Object.fromEntries(
    named.split(',').map((part) => {
      const [kind, size] = part.split(':');
      return [kind, parseSize(size!)];
    }),
  );
}

function parseSize(text: string): number {
  const [, digits, unit] = /^([0-9.]+)([A-Za-z]+)$/.exec(text)!;
  return Math.floor(Number(digits) * BYTES_PER_UNIT[unit!]!);
}

/** Four fifths of this machine's memory, or of the container's where that has a limit. */
export function defaultHostBudgetBytes(
  machineBytes = totalmem(),
  containerBytes: number | undefined = process.constrainedMemory?.(),
): number {
  // Without a limit, the kernel reports none or a number beyond all memory.
  const limitBytes = containerBytes ? Math.min(containerBytes, machineBytes) : machineBytes;
  return Math.floor(limitBytes * HOST_SHARE_FOR_MODELS);
}
