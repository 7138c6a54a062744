import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findLabelFile, readLabelFile } from './label-file.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-labels-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

describe('a file of labels', () => {
  it.each([
    ['a.txt', 'cat\r\ndog\r\n\r\n', ['cat', 'dog']],
    ['a.names', '\ufeffcat\n\ndog', ['cat', '', 'dog']],
    ['a.json', '["cat", "dog"]', ['cat', 'dog']],
    ['a.json', '{"1": "dog", "0": "cat"}', ['cat', 'dog']],
    ['config.json', '{"model_type": "x", "id2label": {"0": "cat"}}', ['cat']],
  ])('%s with %j is read', async (name, content, labels) => {
    expect(await readLabelFile(await file(name, content))).toEqual(labels);
  });

  it.each([
    ['a.txt', '\n\n', /expected 1 to 65536 labels/],
    ['a.txt', 'a\n'.repeat(70_000), /expected 1 to 65536 labels/],
    ['a.txt', 'a\0b', /expected text .* found binary data/],
    ['a.txt', Buffer.from('v\u00f6gel', 'latin1'), /expected text in UTF-8/],
    ['a.json', '{"0": "cat", "2": "dog"}', /expected 1 to 65536 labels/],
    ['a.json', '{"0": ', /expected JSON/],
    ['a.txt', 'x'.repeat(9_000_000), /at most 8388608 bytes/],
  ])('%s is refused (%#)', async (name, content, message) => {
    await expect(readLabelFile(await file(name, content))).rejects.toThrow(message);
  });

  it('is found beside a model by its name, unless there are several', async () => {
    expect(await findLabelFile(folder)).toBeNull();
    await file('notes.txt', 'x');
    await file('coco.names', 'x');
    expect(await findLabelFile(folder)).toBe(join(folder, 'coco.names'));
    await file('labels.txt', 'x');
    expect(await findLabelFile(folder)).toBeNull();
  });
});
