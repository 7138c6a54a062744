import { createLogger } from '@darkroom/service-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeftOutModels, type ModelFault } from './left-out-models.js';

const SHORT: ModelFault = { problems: ['memory ran out'], mayPass: true };
const BROKEN: ModelFault = { problems: ['graph.onnx: is no ONNX graph'], mayPass: false };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function leftOutModels() {
  let changes = 0;
  const leftOut = new LeftOutModels({
    logger: createLogger('test', 'silent'),
    onChange: () => changes++,
    recheckAfterMs: [1000, 5000],
  });
  return { leftOut, changes: () => changes };
}

/** A check that gives these faults, one after the other, and says when it was made. */
function checkThatGives(...faults: (ModelFault | null)[]) {
  const startedMs = Date.now();
  const atMs: number[] = [];
  const check = async () => {
    atMs.push(Date.now() - startedMs);
    return faults.shift() ?? null;
  };
  return { check, atMs };
}

describe('a model that is left out', () => {
  it('for a fault that may pass is checked again, later each time, until nothing is wrong', async () => {
    const { leftOut, changes } = leftOutModels();
    const { check, atMs } = checkThatGives(SHORT, SHORT, null);
    leftOut.add('models/a', SHORT, check);
    await vi.advanceTimersByTimeAsync(10_999);
    expect(leftOut.list).toEqual([{ folder: 'models/a', problems: ['memory ran out'] }]);
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(atMs).toEqual([1000, 6000, 11_000]);
    expect(leftOut.list).toEqual([]);
    expect(changes()).toBe(3);
  });

  it('for what is wrong with it is not checked again', async () => {
    const { leftOut } = leftOutModels();
    const { check, atMs } = checkThatGives(null);
    leftOut.add('models/a', BROKEN, check);
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(atMs).toEqual([]);
    expect(leftOut.list).toEqual([{ folder: 'models/a', problems: BROKEN.problems }]);
  });

  it('is not checked again once a check finds what is wrong with it', async () => {
    const { leftOut } = leftOutModels();
    const { check, atMs } = checkThatGives(BROKEN, null);
    leftOut.add('models/a', SHORT, check);
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(atMs).toEqual([1000]);
    expect(leftOut.list).toEqual([{ folder: 'models/a', problems: BROKEN.problems }]);
  });

  it('is checked when no other is', async () => {
    const { leftOut } = leftOutModels();
    let atOnce = 0;
    let mostAtOnce = 0;
    const check = async () => {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 100));
      atOnce--;
      return null;
    };
    for (const folder of ['models/a', 'models/b', 'models/c']) leftOut.add(folder, SHORT, check);
    await vi.advanceTimersByTimeAsync(2_000);
    expect([leftOut.list, mostAtOnce]).toEqual([[], 1]);
  });

  it('is forgotten once its folder is gone, also when that happens during a check', async () => {
    const { leftOut } = leftOutModels();
    const { check, atMs } = checkThatGives(SHORT);
    leftOut.add('models/a', SHORT, check);
    leftOut.remove('models/a');
    let finishCheck: (fault: ModelFault) => void = () => {};
    leftOut.add('models/b', SHORT, () => new Promise((resolve) => (finishCheck = resolve)));
    await vi.advanceTimersByTimeAsync(2_000);
    leftOut.remove('models/b');
    leftOut.add('models/b', BROKEN);
    finishCheck(SHORT);
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(atMs).toEqual([]);
    expect(leftOut.list).toEqual([{ folder: 'models/b', problems: BROKEN.problems }]);
  });

  it('is not checked any more once the worker stops', async () => {
    const { leftOut } = leftOutModels();
    const { check, atMs } = checkThatGives(SHORT);
    leftOut.add('models/a', SHORT, check);
    leftOut.stop();
    await vi.advanceTimersByTimeAsync(1_000_000);
    expect(atMs).toEqual([]);
  });
});
