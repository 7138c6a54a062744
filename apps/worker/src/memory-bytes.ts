/** The memories that models share: that of the machine, and that of the worker's GPU. */
export const MEMORY_KINDS = ['host', 'gpu'] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

/** Bytes of each. What runs on the CPU takes nothing of a GPU. */
export type MemoryBytes = Readonly<Record<MemoryKind, number>>;

export const NO_MEMORY: MemoryBytes = { host: 0, gpu: 0 };

export function sumOfMemory(parts: readonly MemoryBytes[]): MemoryBytes {
  const sum = (kind: MemoryKind) => parts.reduce((bytes, part) => bytes + part[kind], 0);
  return { host: sum('host'), gpu: sum('gpu') };
}

export function withoutMemory(whole: MemoryBytes, part: MemoryBytes): MemoryBytes {
  return { host: whole.host - part.host, gpu: whole.gpu - part.gpu };
}

/** The larger of each. */
export function peakOfMemory(a: MemoryBytes, b: MemoryBytes): MemoryBytes {
  return { host: Math.max(a.host, b.host), gpu: Math.max(a.gpu, b.gpu) };
}

/** Which memories do not suffice. */
export function shortOf(needed: MemoryBytes, budget: MemoryBytes): MemoryKind[] {
  return MEMORY_KINDS.filter((kind) => needed[kind] > budget[kind]);
}
