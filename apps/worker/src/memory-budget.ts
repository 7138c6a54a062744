import { totalmem } from 'node:os';

/** Bytes with a unit, as operators write them. */
export const MEMORY_SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)?(B|KB|MB|GB|KiB|MiB|GiB)$';

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
const SHARE_FOR_MODELS = 0.8;

/** @throws RangeError for what is no size, such as `6 gigs` */
export function parseMemorySize(text: string): number {
  const [, digits, , unit] = /^([0-9]+(\.[0-9]+)?)([A-Za-z]+)$/.exec(text) ?? [];
  const bytesPerUnit = BYTES_PER_UNIT[unit ?? ''];
  if (digits === undefined || bytesPerUnit === undefined) {
    throw new RangeError(`expected a size such as 6GiB or 800MB, got "${text}"`);
  }
  return Math.floor(Number(digits) * bytesPerUnit);
}

/** Four fifths of this machine's memory, or of the container's where that has a limit. */
export function defaultMemoryBudgetBytes(
  machineBytes = totalmem(),
  containerBytes: number | undefined = process.constrainedMemory?.(),
): number {
  // Without a limit, the kernel reports none or a number beyond all memory.
  const limitBytes = containerBytes ? Math.min(containerBytes, machineBytes) : machineBytes;
  return Math.floor(limitBytes * SHARE_FOR_MODELS);
}
