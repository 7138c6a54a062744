import { afterEach, describe, expect, it } from 'vitest';
import { RestartBackoff } from './restart-backoff.js';
import { SupervisedProcess } from './supervised-process.js';

const started: SupervisedProcess[] = [];

/** A Node process that runs `code`, and what its listener hears. */
function supervise(code: string, stopTimeoutMs = 5000) {
  const lines: string[] = [];
  const deaths: [reason: string, restartsInMs: number | null][] = [];
  const supervised = new SupervisedProcess(
    {
      name: 'part',
      program: process.execPath,
      args: ['-e', code],
      cwd: '/',
      env: process.env,
      stopTimeoutMs,
    },
    {
      onLine: (_name, line) => lines.push(line),
      onDeath: (_name, reason, restartsInMs) => deaths.push([reason, restartsInMs]),
    },
  );
  started.push(supervised);
  supervised.start();
  return { supervised, lines, deaths };
}

async function until(condition: () => boolean) {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it has not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function runs(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const STAY = 'setInterval(() => {}, 1000); console.log(process.pid);';

describe('a supervised process', () => {
  afterEach(() => {
    for (const supervised of started.splice(0)) supervised.kill();
  });

  it('is heard on both of its outputs', async () => {
    const { lines } = supervise('console.log("out"); console.error("err");');
    await until(() => lines.length === 2);
    expect(lines.sort()).toEqual(['err', 'out']);
  });

  it('is not started again before it is kept alive', async () => {
    const { deaths } = supervise('process.exit(2)');
    await until(() => deaths.length > 0);
    expect(deaths).toEqual([['exit code 2', null]]);
  });

  it('is started again when it dies', async () => {
    const { supervised, lines, deaths } = supervise(STAY);
    supervised.keepAlive();
    await until(() => lines.length === 1);
    process.kill(Number(lines[0]), 'SIGKILL');
    await until(() => lines.length === 2);
    expect(lines[1]).not.toBe(lines[0]);
    expect(deaths).toEqual([['killed by SIGKILL', 500]]);
  });

  it('stops at SIGTERM, and its end is no death', async () => {
    const { supervised, lines, deaths } = supervise(
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); ${STAY}`,
    );
    supervised.keepAlive();
    await until(() => lines.length === 1);
    await supervised.stop();
    await until(() => lines.length === 2);
    expect(lines[1]).toBe('bye');
    expect(deaths).toEqual([]);
  });

  it('is killed with its children when it does not stop', async () => {
    const { supervised, lines } = supervise(
      `process.on('SIGTERM', () => {}); ${STAY}
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      console.log(child.pid);`,
      200,
    );
    await until(() => lines.length === 2);
    await supervised.stop();
    await until(() => lines.every((pid) => !runs(Number(pid))));
  });

  it('does not come back when it is stopped while it waits to be started again', async () => {
    const { supervised, lines, deaths } = supervise('console.log("here"); process.exit(1)');
    supervised.keepAlive();
    await until(() => deaths.length === 1);
    await supervised.stop();
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(lines).toHaveLength(1);
  });
});

describe('the pause before a restart', () => {
  it('doubles up to a limit, and begins anew after a long life', () => {
    const backoff = new RestartBackoff();
    const pauses = Array.from({ length: 7 }, () => backoff.nextMs(100));
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(backoff.nextMs(60_000)).toBe(500);
  });

  it('comes to an end with something that does not stay alive', () => {
    const backoff = new RestartBackoff();
    const pauses = Array.from({ length: 11 }, () => backoff.nextMs(100));
    expect(pauses.indexOf(null)).toBe(10);
    expect(backoff.nextMs(60_000)).toBe(500);
  });
});
