import { describe, expect, it } from 'vitest';
import { thisMachine, threadBudget, threadsPerProcess } from './thread-budget.js';

function machine(processors: number, files: Record<string, string>) {
  return { availableParallelism: () => processors, readText: (path: string) => files[path] ?? null };
}

describe('the thread budget', () => {
  it('is the number of processors where nothing limits them', () => {
    expect(threadBudget(machine(12, {}))).toBe(12);
    expect(threadBudget(machine(12, { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }))).toBe(12);
    expect(
      threadBudget(
        machine(12, {
          '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
          '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
        }),
      ),
    ).toBe(12);
  });

  it('follows a container’s quota of version 2', () => {
    expect(threadBudget(machine(12, { '/sys/fs/cgroup/cpu.max': '400000 100000\n' }))).toBe(4);
  });

  it('follows a container’s quota of version 1', () => {
    const files = {
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '300000\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    };
    expect(threadBudget(machine(12, files))).toBe(3);
  });

  it('rounds a broken quota down, and is never less than one', () => {
    expect(threadBudget(machine(12, { '/sys/fs/cgroup/cpu.max': '250000 100000' }))).toBe(2);
    expect(threadBudget(machine(12, { '/sys/fs/cgroup/cpu.max': '50000 100000' }))).toBe(1);
  });

  it('is no more than the processors, however large the quota', () => {
    expect(threadBudget(machine(2, { '/sys/fs/cgroup/cpu.max': '800000 100000' }))).toBe(2);
  });

  it('takes the smallest quota of the groups around the process', () => {
    const files = {
      '/proc/self/cgroup': '0::/system.slice/darkroom.service\n',
      '/sys/fs/cgroup/system.slice/darkroom.service/cpu.max': '600000 100000',
      '/sys/fs/cgroup/system.slice/cpu.max': '500000 100000',
    };
    expect(threadBudget(machine(12, files))).toBe(5);
    const versionOne = {
      '/proc/self/cgroup': '5:memory:/x\n4:cpu,cpuacct:/jobs\n',
      '/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us': '200000',
      '/sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us': '100000',
    };
    expect(threadBudget(machine(12, versionOne))).toBe(2);
  });

  it('is between one and the processors on this machine', () => {
    expect(threadBudget()).toBeGreaterThanOrEqual(1);
    expect(threadBudget()).toBeLessThanOrEqual(thisMachine.availableParallelism());
  });

  it('is shared among processes', () => {
    expect(threadsPerProcess(8, 3)).toBe(2);
    expect(threadsPerProcess(2, 5)).toBe(1);
    expect(threadsPerProcess(4, 0)).toBe(4);
  });
});
