import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DemoOutput } from './demo-output.js';

describe('the folder of the demo', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'darkroom-demo-'));
    folder = join(parent, 'demo-output');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is emptied of what the demo before wrote, and of nothing else', () => {
    const first = new DemoOutput(folder);
    first.write('a.jpg', 'one');
    writeFileSync(first.claim('demo.log'), 'log');
    writeFileSync(join(folder, 'mine.txt'), 'kept');
    const second = new DemoOutput(folder);
    expect(readdirSync(folder).sort()).toEqual(['.darkroom-demo.json', 'mine.txt']);
    second.write('b.jpg', 'two');
    expect(readFileSync(second.path('b.jpg'), 'utf8')).toBe('two');
  });

  it('refuses to overwrite what no demo has written', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.html'), 'mine');
    expect(() => new DemoOutput(folder).write('index.html', 'demo')).toThrow('was not written by the demo');
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toBe('mine');
  });

  it('removes nothing outside itself, whatever its record says', () => {
    const outside = join(parent, 'outside.txt');
    writeFileSync(outside, 'kept');
    mkdirSync(folder);
    writeFileSync(
      join(folder, '.darkroom-demo.json'),
      JSON.stringify({ files: ['../outside.txt', '..', '', 7] }),
    );
    new DemoOutput(folder);
    expect(existsSync(outside)).toBe(true);
  });

  it('begins anew when its record cannot be read', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '.darkroom-demo.json'), 'half a rec');
    new DemoOutput(folder).write('a.jpg', 'one');
    expect(JSON.parse(readFileSync(join(folder, '.darkroom-demo.json'), 'utf8'))).toEqual({
      files: ['a.jpg'],
    });
  });

  it('takes plain names only', () => {
    const output = new DemoOutput(folder);
    for (const name of ['../a', 'a/b', '..', ''])
      expect(() => output.claim(name)).toThrow('not the name of a file');
  });
});
