import { describe, expect, it } from 'vitest';
import { parseDevice, resolveDevice } from './device.js';
import { probeProvider } from './probe-provider.js';

const works = async () => null;
const fails = async () => 'there is no driver';

describe('the device', () => {
  it.each([
    ['auto', { kind: 'auto' }],
    ['cuda:auto', { kind: 'cuda-auto' }],
    ['cpu', { kind: 'given', provider: { name: 'cpu' } }],
    ['webgpu', { kind: 'given', provider: { name: 'webgpu' } }],
    ['cuda:12', { kind: 'given', provider: { name: 'cuda', deviceId: 12 } }],
  ])('is read from %s', (text, choice) => {
    expect(parseDevice(text)).toEqual(choice);
  });

  it.each(['', 'gpu', 'cuda', 'cuda:', 'cuda:-1', 'cuda:x', 'CPU', 'cpu '])(
    'is refused when it is "%s"',
    (text) => {
      expect(() => parseDevice(text)).toThrow(/auto, cpu, cuda:<number>.*cuda:auto or webgpu/);
    },
  );

  it('is the first GPU when it is auto and CUDA works', async () => {
    const resolved = await resolveDevice(parseDevice('auto'), works);
    expect(resolved).toMatchObject({ device: 'cuda:0', providers: [{ name: 'cuda', deviceId: 0 }] });
  });

  it('is the CPU when it is auto and CUDA does not work, and says why', async () => {
    const resolved = await resolveDevice(parseDevice('auto'), fails);
    expect(resolved).toMatchObject({ device: 'cpu', providers: [{ name: 'cpu' }] });
    expect(resolved.reason).toContain('there is no driver');
  });

  it.each(['cuda:1', 'cuda:auto', 'webgpu'])(
    'is an error when %s was asked for and does not work',
    async (text) => {
      await expect(resolveDevice(parseDevice(text), fails)).rejects.toThrow(
        `the device ${text} was asked for and cannot be used: there is no driver. Or set the device to auto or cpu.`,
      );
    },
  );

  it('takes cuda:auto for the first GPU', async () => {
    expect((await resolveDevice(parseDevice('cuda:auto'), works)).device).toBe('cuda:0');
  });

  it('needs no trial when it is the CPU', async () => {
    expect((await resolveDevice(parseDevice('cpu'), fails)).device).toBe('cpu');
  });

  it('is tried by opening a real session', async () => {
    expect(await probeProvider({ name: 'cpu' })).toBeNull();
    // A device number no machine has: refused whether or not CUDA is installed.
    expect(await probeProvider({ name: 'cuda', deviceId: 999 })).toMatch(
      /CUDA provider is not installed|no session could/,
    );
  });
});
