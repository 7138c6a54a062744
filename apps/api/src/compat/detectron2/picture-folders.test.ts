import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PictureFolders } from './picture-folders.js';

const always = () => true;

let root: string;
let folders: PictureFolders;
const input = (...names: string[]) => join(root, 'input', 'images', ...names);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-folders-'));
  folders = new PictureFolders(root);
  await folders.prepare();
});
afterEach(() => rm(root, { recursive: true }));

describe('the folders', () => {
  it('are made where they are not there, and made again', async () => {
    expect(await readdir(root)).toEqual(['input', 'output']);
    expect(await readdir(join(root, 'output'))).toEqual(['images', 'string_images']);
    await rm(join(root, 'output'), { recursive: true });
    await folders.write('texts', 'a.txt', 'text');
    expect(await readFile(join(root, 'output', 'string_images', 'a.txt'), 'utf8')).toBe('text');
  });

  it('may be reached by a link', async () => {
    const link = join(root, 'link');
    await symlink(root, link);
    await writeFile(input('a.jpg'), 'a');
    expect(await new PictureFolders(link).list()).toEqual(['a.jpg']);
  });

  it('are none of them links to elsewhere', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'darkroom-folders-'));
    await rm(input(), { recursive: true });
    await symlink(elsewhere, input());
    await expect(folders.prepare()).rejects.toThrow('is a link that leads to');
    await expect(folders.list()).rejects.toThrow('is a link that leads to');
    await expect(folders.has('a.jpg')).rejects.toThrow('is a link that leads to');
    await expect(folders.read('a.jpg', 10, always)).rejects.toThrow('is a link that leads to');
    await expect(folders.write('input', 'a.jpg', 'a')).rejects.toThrow('could not be written');
    expect(await readdir(elsewhere)).toEqual([]);
    await rm(elsewhere, { recursive: true });
  });

  it('list files alone, by name', async () => {
    for (const name of ['b.jpg', 'a.jpg', '.a.part']) await writeFile(input(name), name);
    await mkdir(input('folder'));
    await symlink('a.jpg', input('link.jpg'));
    expect(await folders.list()).toEqual(['a.jpg', 'b.jpg']);
  });

  it('list no more than somebody can have meant', async () => {
    const few = new PictureFolders(root, 3);
    for (const name of ['a', 'b', 'c']) await writeFile(input(name), name);
    expect(await few.list()).toEqual(['a', 'b', 'c']);
    await writeFile(input('d'), 'd');
    await expect(few.list()).rejects.toThrow('more than 3 files in input/images');
  });
});

describe('a file', () => {
  it('is read as far as it is wanted', async () => {
    await writeFile(input('a.jpg'), 'a'.repeat(5000));
    expect(await folders.read('a.jpg', 5000, always)).toEqual(Buffer.from('a'.repeat(5000)));
    const seen: number[] = [];
    const refuse = (beginning: Buffer) => seen.push(beginning.length) > 1;
    expect(await folders.read('a.jpg', 10, refuse)).toBeNull();
    expect(seen).toEqual([4096]);
    await expect(folders.read('a.jpg', 4999, always)).rejects.toThrow('5000 came');
  });

  it.each(['gone.jpg', 'link.jpg', 'pipe', 'folder', '../images/a.jpg', 'folder/a.jpg', '/etc/passwd'])(
    'is none by the name %s',
    async (name) => {
      await writeFile(input('a.jpg'), 'a');
      await symlink('a.jpg', input('link.jpg'));
      await mkdir(input('folder'));
      await writeFile(input('folder', 'a.jpg'), 'a');
      execFileSync('mkfifo', [input('pipe')]);
      expect(await folders.has(name)).toBe(false);
      const why = name.includes('/') ? 'takes the name of a file' : `no such image ${name}`;
      await expect(folders.read(name, 10, always)).rejects.toThrow(why);
    },
  );

  it('is written as a whole or not at all', async () => {
    await folders.write('pictures', 'a.jpg', Buffer.from('first'));
    await folders.write('pictures', 'a.jpg', Buffer.from('second'));
    await mkdir(join(root, 'output', 'images', 'b.jpg'));
    await expect(folders.write('pictures', 'b.jpg', 'text')).rejects.toThrow(
      'output/images/b.jpg under DARKROOM_COMPAT_DETECTRON2_DIR could not be written',
    );
    expect(await readdir(join(root, 'output', 'images'))).toEqual(['a.jpg', 'b.jpg']);
    expect(await readFile(join(root, 'output', 'images', 'a.jpg'), 'utf8')).toBe('second');
  });
});
