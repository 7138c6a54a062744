import { describe, expect, it } from 'vitest';
import { type Leave, RunGate } from './run-gate.js';

/** Asks for places in turn; `log` has who got in. */
function visitors(gate: RunGate) {
  const log: string[] = [];
  const leaves = new Map<string, Leave>();
  return {
    log,
    async arrive(name: string, alone = false) {
      void gate.enter({ alone }).then((leave) => {
        log.push(name);
        leaves.set(name, leave);
      });
      await Promise.resolve();
    },
    async leave(name: string) {
      leaves.get(name)!();
      await Promise.resolve();
    },
  };
}

describe('the gate of a process', () => {
  it('lets runs in together', async () => {
    const { log, arrive } = visitors(new RunGate());
    await arrive('a');
    await arrive('b');
    expect(log).toEqual(['a', 'b']);
  });

  it('lets one in alone once all others have left, and those behind it after it', async () => {
    const { log, arrive, leave } = visitors(new RunGate());
    await arrive('a');
    await arrive('b');
    await arrive('alone', true);
    await arrive('c');
    await leave('a');
    expect(log).toEqual(['a', 'b']);
    await leave('b');
    expect(log).toEqual(['a', 'b', 'alone']);
    await leave('alone');
    expect(log).toEqual(['a', 'b', 'alone', 'c']);
  });
});
