import { deviceName, type ExecutionProvider } from './execution-provider.js';
import { probeProvider } from './probe-provider.js';

/** A device as an operator asks for it. `auto`: the first GPU that works, else the CPU. */
export type DeviceChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'cuda-auto' }
  | { readonly kind: 'given'; readonly provider: ExecutionProvider };

export interface ResolvedDevice {
  /** `cpu`, `cuda:0`, `webgpu`. */
  readonly device: string;
  /** What {@link import('./ort-graph.js').openGraph} takes. */
  readonly providers: readonly ExecutionProvider[];
  /** One sentence for the log: why this device and no other. */
  readonly reason: string;
}

/** Tells whether sessions can be opened on a provider. @returns why not, or `null` when they can */
export type ProviderProbe = (provider: ExecutionProvider) => Promise<string | null>;

const CPU: ExecutionProvider = { name: 'cpu' };
const FIRST_GPU: ExecutionProvider = { name: 'cuda', deviceId: 0 };

/**
 * Reads `auto`, `cpu`, `cuda:N`, `cuda:auto` or `webgpu`.
 * @throws RangeError that says what was expected
 */
export function parseDevice(text: string): DeviceChoice {
  if (text === 'auto') return { kind: 'auto' };
  if (text === 'cuda:auto') return { kind: 'cuda-auto' };
  if (text === 'cpu') return { kind: 'given', provider: CPU };
  if (text === 'webgpu') return { kind: 'given', provider: { name: 'webgpu' } };
  const cuda = /^cuda:(\d{1,3})$/.exec(text);
  if (cuda) return { kind: 'given', provider: { name: 'cuda', deviceId: Number(cuda[1]) } };
  throw new RangeError(
    `expected a device: auto, cpu, cuda:<number> (such as cuda:0), cuda:auto or webgpu; got ${JSON.stringify(text)}`,
  );
}

/**
 * Chooses the device that graphs run on, by opening a session on it.
 * @throws Error that says what to do, when a device was asked for by name and cannot be used
 */
export async function resolveDevice(
  choice: DeviceChoice,
  probe: ProviderProbe = probeProvider,
): Promise<ResolvedDevice> {
  if (choice.kind === 'auto') return firstThatWorks(probe);
  // Which free GPU it is, the worker's lease decides: its processes see that GPU alone, as their first.
  const provider = choice.kind === 'cuda-auto' ? FIRST_GPU : choice.provider;
  const asked = choice.kind === 'cuda-auto' ? 'cuda:auto' : deviceName(provider);
  const problem = provider.name === 'cpu' ? null : await probe(provider);
  if (problem !== null) {
    throw new Error(
      `the device ${asked} was asked for and cannot be used: ${problem}. Or set the device to auto or cpu.`,
    );
  }
  return on(provider, `${asked} was asked for`);
}

async function firstThatWorks(probe: ProviderProbe): Promise<ResolvedDevice> {
  const problem = await probe(FIRST_GPU);
  return problem === null
    ? on(FIRST_GPU, 'CUDA works, and the device is auto')
    : on(CPU, `the device is auto and CUDA cannot be used: ${problem}`);
}

function on(provider: ExecutionProvider, reason: string): ResolvedDevice {
  return { device: deviceName(provider), providers: [provider], reason };
}
