import { describe, expect, it } from 'vitest';
import { GpuMeter, type MeteredModel } from './gpu-meter.js';
import { type InferenceProcess, ProcessStoppedError } from './inference-process.js';
import { MeteredProcess } from './metered-process.js';

const HOST_BYTES = 1_000;

/** A GPU, and processes that take something of it once they are told to open. */
function simulatedGpu() {
  const gpu = { usedBytes: 0, started: 0 };
  const meter = new GpuMeter(async () => ({ uuid: 'GPU-1', usedBytes: gpu.usedBytes, totalBytes: 10_000 }));
  /** @returns what starts it, and what lets it open its model */
  const simulatedProcess = (bytes: number, device = 'cuda:0') => {
    let resolveOpened: (message: object) => void = () => {};
    let rejectOpened: (error: Error) => void = () => {};
    let resolveEnded: (ending: string) => void = () => {};
    const opened = new Promise((resolve, reject) => {
      resolveOpened = resolve;
      rejectOpened = reject;
    });
    const ended = new Promise<string>((resolve) => {
      resolveEnded = resolve;
    });
    const open = () => {
      gpu.usedBytes += bytes;
      resolveOpened({ device, deviceReason: 'a test', openMs: 5, memoryBytes: HOST_BYTES });
    };
    const die = () => {
      rejectOpened(new Error('SIGKILL'));
      resolveEnded('SIGKILL');
    };
    const start = () => {
      gpu.started++;
      return { opened, ended } as unknown as InferenceProcess;
    };
    return { start, open, die };
  };
  return { gpu, meter, simulatedProcess };
}

function owner(): MeteredModel & { seen: number[] } {
  const seen: number[] = [];
  return { isBusy: false, lastUsedMs: 0, seen, sawGpuBytes: (bytes) => seen.push(bytes) };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('a process whose memory is measured', () => {
  it('is started at once without a GPU', async () => {
    const { gpu, simulatedProcess } = simulatedGpu();
    const processes = [simulatedProcess(300, 'cpu'), simulatedProcess(500, 'cpu')];
    const metered = processes.map(({ start }) => new MeteredProcess(owner(), start, null));
    expect(gpu.started).toBe(2);
    for (const { open } of processes) open();
    expect((await metered[1]!.opened).memory).toEqual({ host: HOST_BYTES, gpu: 0 });
  });

  it('is started on a GPU when the one before it is open, and tells what it took', async () => {
    const { gpu, meter, simulatedProcess } = simulatedGpu();
    const [first, second] = [simulatedProcess(300), simulatedProcess(500)];
    const metered = [first, second].map(({ start }) => new MeteredProcess(owner(), start, meter));
    await turn();
    expect(gpu.started).toBe(1);
    first.open();
    await turn();
    expect(gpu.started).toBe(2);
    second.open();
    const opened = await Promise.all(metered.map((process) => process.opened));
    expect(opened.map(({ memory }) => memory)).toEqual([
      { host: HOST_BYTES, gpu: 300 },
      { host: HOST_BYTES, gpu: 500 },
    ]);
  });

  it('takes nothing of the GPU when its graphs went to the CPU', async () => {
    const { meter, simulatedProcess } = simulatedGpu();
    const { start, open } = simulatedProcess(300, 'cpu');
    const metered = new MeteredProcess(owner(), start, meter);
    open();
    expect((await metered.opened).memory).toEqual({ host: HOST_BYTES, gpu: 0 });
  });

  it('is never started when it is stopped before its turn', async () => {
    const { gpu, meter, simulatedProcess } = simulatedGpu();
    const [first, second, third] = [simulatedProcess(300), simulatedProcess(500), simulatedProcess(20)];
    const metered = [first, second, third].map(({ start }) => new MeteredProcess(owner(), start, meter));
    await metered[1]!.stop('evicted');
    expect([metered[1]!.hasEnded, await metered[1]!.ended]).toEqual([true, 'evicted']);
    first.open();
    third.open();
    await expect(metered[1]!.opened).rejects.toThrow(ProcessStoppedError);
    await metered[2]!.opened;
    expect(gpu.started).toBe(2);
  });

  it('that dies while it loads lets the next one load, and is no longer counted as there', async () => {
    const { gpu, meter, simulatedProcess } = simulatedGpu();
    const [first, second] = [simulatedProcess(300), simulatedProcess(500)];
    const secondOwner = owner();
    const dying = new MeteredProcess(owner(), first.start, meter);
    const next = new MeteredProcess(secondOwner, second.start, meter);
    await turn();
    first.die();
    await expect(dying.opened).rejects.toThrow('SIGKILL');
    second.open();
    expect((await next.opened).memory.gpu).toBe(500);
    gpu.usedBytes += 50;
    await meter.look();
    expect(secondOwner.seen).toEqual([550]);
  });
});
