import { describe, expect, it } from 'vitest';
import { GpuMeter, type MeteredModel } from './gpu-meter.js';

const OTHERS_BYTES = 700;

interface TestModel extends MeteredModel {
  isBusy: boolean;
  lastUsedMs: number;
  readonly seen: number[];
}

function model(): TestModel {
  const seen: number[] = [];
  return { isBusy: false, lastUsedMs: 0, seen, sawGpuBytes: (bytes) => seen.push(bytes) };
}

/** A GPU of 10,000 bytes that others use too, whose time passes only when it is told. */
function simulatedGpu() {
  const gpu = { usedBytes: OTHERS_BYTES, nowMs: 10_000, isSilent: false };
  const read = async () =>
    gpu.isSilent ? null : { uuid: 'GPU-1', usedBytes: gpu.usedBytes, totalBytes: 10_000 };
  const meter = new GpuMeter(read, () => gpu.nowMs);
  const load = async (who: TestModel, bytes: number) => {
    const { addedBytes } = await meter.load(who, async () => {
      gpu.usedBytes += bytes;
    });
    return addedBytes;
  };
  return { gpu, meter, load };
}

describe('the meter of a GPU', () => {
  it('takes what a load adds for the model’s, whatever others use', async () => {
    const { meter, load } = simulatedGpu();
    expect(await load(model(), 300)).toBe(300);
    expect(await load(model(), 500)).toBe(500);
    expect(meter.latest).toEqual({ uuid: 'GPU-1', usedBytes: OTHERS_BYTES + 800, totalBytes: 10_000 });
  });

  it('loads models that come together one after the other', async () => {
    const { load } = simulatedGpu();
    expect(await Promise.all([load(model(), 300), load(model(), 500), load(model(), 20)])).toEqual([
      300, 500, 20,
    ]);
  });

  it('lets the next one load when a load failed', async () => {
    const { meter, load } = simulatedGpu();
    const failed = meter.load(model(), async () => {
      throw new Error('no such graph');
    });
    const next = load(model(), 500);
    await expect(failed).rejects.toThrow('no such graph');
    expect(await next).toBe(500);
  });

  it('does not know what a load added while another model ran', async () => {
    const { gpu, load } = simulatedGpu();
    const [busy, quiet] = [model(), model()];
    await load(busy, 300);
    busy.isBusy = true;
    expect(await load(quiet, 500)).toBeNull();
    busy.isBusy = false;
    busy.lastUsedMs = gpu.nowMs + 1;
    expect(await load(model(), 500)).toBeNull();
    gpu.nowMs += 2;
    expect(await load(model(), 500)).toBe(500);
  });

  it('sees what runs add to a model that is the only one there', async () => {
    const { gpu, meter, load } = simulatedGpu();
    const [first, second] = [model(), model()];
    await load(first, 300);
    gpu.usedBytes += 50;
    await meter.look();
    expect(first.seen).toEqual([350]);

    await load(second, 500);
    gpu.usedBytes += 1000;
    gpu.nowMs += 60_000;
    await meter.look();
    expect([first.seen, second.seen]).toEqual([[350], []]);

    meter.gone(first);
    gpu.usedBytes -= 350;
    gpu.nowMs += 60_000;
    await meter.look();
    expect([first.seen, second.seen]).toEqual([[350], [1500]]);
  });

  it('does not ask the GPU after every run', async () => {
    const { gpu, meter, load } = simulatedGpu();
    const only = model();
    await load(only, 300);
    for (const passedMs of [0, 500, 500, 500, 500]) {
      gpu.nowMs += passedMs;
      await meter.look();
    }
    expect(only.seen).toEqual([300, 300]);
  });

  it('knows nothing while the GPU does not answer', async () => {
    const { gpu, meter, load } = simulatedGpu();
    gpu.isSilent = true;
    const only = model();
    expect(await load(only, 300)).toBeNull();
    gpu.isSilent = false;
    await meter.look();
    // How much of it others use is not known.
    expect(only.seen).toEqual([]);
    expect(meter.latest?.usedBytes).toBe(OTHERS_BYTES + 300);
  });
});
