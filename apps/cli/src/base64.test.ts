import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';

vi.setConfig({ testTimeout: 60_000 });

let folder: TestFolder;
let photo: string;

/** Every byte there is, and one more, so that base64 ends in padding. */
const BYTES = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), Buffer.from('!')]);

beforeAll(async () => {
  folder = await TestFolder.create();
  photo = await folder.file('photo.jpg', BYTES);
});
afterAll(() => folder.delete());

describe('base64', () => {
  it('prints a picture on one line, as JSON takes it', async () => {
    const outcome = await folder.run(['base64', photo]);
    expect(outcome).toEqual({ exitCode: 0, stdout: `${BYTES.toString('base64')}\n`, stderr: '' });
  });

  it('prints a large one whole', async () => {
    const bytes = Buffer.alloc(5_000_000, 'large');
    const { stdout } = await folder.run(['base64', await folder.file('large.png', bytes)]);
    expect(stdout.trimEnd() === bytes.toString('base64')).toBe(true);
  });

  it('writes a file, and makes the picture of it again', async () => {
    const [text, again] = [join(folder.root, 'photo.txt'), join(folder.root, 'again.jpg')];
    const encoded = await folder.run(['base64', photo, '--output', text]);
    expect(encoded).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await readFile(text, 'utf8')).toBe(BYTES.toString('base64'));
    expect(await folder.run(['base64', text, '--decode', '--output', again])).toEqual(encoded);
    expect(await readFile(again)).toEqual(BYTES);
  });

  it('takes base64 in lines', async () => {
    const lines = BYTES.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    const again = join(folder.root, 'lines.jpg');
    const text = await folder.file('lines.txt', `${lines}\n`);
    expect((await folder.run(['base64', text, '--decode', '--output', again])).exitCode).toBe(0);
    expect(await readFile(again)).toEqual(BYTES);
  });

  it('says what is wrong with a file', async () => {
    const empty = await folder.file('empty.jpg', '');
    for (const [args, exitCode, says] of [
      [['gone.jpg'], 1, /gone\.jpg cannot be read: ENOENT/],
      [['.'], 1, /\. cannot be read: EISDIR/],
      [[empty], 1, /is empty/],
      [[photo, '--output', 'no/folder.txt'], 1, /folder\.txt cannot be written: ENOENT/],
      [[photo, '--decode', '--output', 'x.jpg'], 1, /expected base64 in/],
      [[photo, '--decode'], 2, /--decode needs --output/],
    ] as const) {
      const outcome = await folder.run(['base64', ...args]);
      expect([outcome.exitCode, outcome.stdout]).toEqual([exitCode, '']);
      expect(outcome.stderr).toMatch(says);
    }
  });
});
