import { afterEach, describe, expect, it } from 'vitest';
import { LineProcess } from './line-process.js';

/** Answers a line with its double, after a line that nobody asked for; `end` makes it end. */
const PROGRAM = `
process.stdin.setEncoding('utf8').on('data', (line) => {
  if (line.startsWith('end')) { console.error('no more'); process.exit(3); }
  console.log('listen');
  console.log('double ' + 2 * Number(line));
});`;

let program: LineProcess | undefined;

afterEach(() => program?.stop());

describe('another program', () => {
  it('answers line by line', async () => {
    program = new LineProcess('double', process.execPath, ['-e', PROGRAM]);
    expect((await program.ask('4', /double (\d+)/))[1]).toBe('8');
    expect((await program.ask('21', /double (\d+)/))[1]).toBe('42');
  });

  it('that ends tells with which words', async () => {
    program = new LineProcess('double', process.execPath, ['-e', PROGRAM]);
    await expect(program.ask('end', /double/)).rejects.toThrow(/double ended \(exit code 3\): no more/);
    await expect(program.ask('4', /double/)).rejects.toThrow('no more');
    await program.stop();
  });

  it('that is not there is told too', async () => {
    program = new LineProcess('nothing', '/there/is/no/such/program', []);
    await expect(program.ask('1', /./)).rejects.toThrow(/no\/such\/program ENOENT/);
    await program.stop();
  });
});
