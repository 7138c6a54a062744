import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AskedProcess } from './asked-process.js';

/** Doubles a list of numbers, fails where there is none, ends where there is one. */
const MAIN = `
process.on('message', ({ numbers }) => {
  if (numbers.length === 0) process.send({ type: 'failed', message: 'no numbers' });
  else if (numbers.length === 1) process.exit(3);
  else process.send({ type: 'doubled', numbers: numbers.map((number) => 2 * number) });
});`;

type Doubled = { readonly type: 'doubled'; readonly numbers: Float32Array };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  await writeFile(join(folder, 'double.mjs'), MAIN);
});
afterAll(() => rm(folder, { recursive: true }));

const start = () =>
  new AskedProcess<{ numbers: Float32Array }, Doubled>('doubling', pathToFileURL(join(folder, 'double.mjs')));

describe('a process that is asked', () => {
  it('answers one message after the other, arrays as they are', async () => {
    const doubling = start();
    expect((await doubling.ask({ numbers: Float32Array.of(1, 2) }, 'doubled')).numbers).toEqual(
      Float32Array.of(2, 4),
    );
    expect((await doubling.ask({ numbers: Float32Array.of(4, 0.5) }, 'doubled')).numbers[1]).toBe(1);
    await doubling.stop();
  });

  it('says what it failed of, and goes on', async () => {
    const doubling = start();
    await expect(doubling.ask({ numbers: new Float32Array(0) }, 'doubled')).rejects.toThrow('no numbers');
    expect((await doubling.ask({ numbers: Float32Array.of(3, 3) }, 'doubled')).numbers[0]).toBe(6);
    await doubling.stop();
  });

  it('is missed when it ends instead of answering', async () => {
    const doubling = start();
    await expect(doubling.ask({ numbers: Float32Array.of(1) }, 'doubled')).rejects.toThrow(
      'the process of doubling died (exit code 3)',
    );
    await doubling.stop();
  });
});
