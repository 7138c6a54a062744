import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelStaging } from './model-staging.js';

let models: string;

beforeEach(async () => {
  models = join(await mkdtemp(join(tmpdir(), 'darkroom-staging-')), 'deep', 'models');
});
afterEach(() => rm(join(models, '..', '..'), { recursive: true }));

async function staged(id: string, content: string): Promise<ModelStaging> {
  const staging = await ModelStaging.begin(models, id);
  await writeFile(join(staging.folder, 'model.json'), content);
  return staging;
}

const read = (id: string) => readFile(join(models, id, 'model.json'), 'utf8');

describe('a model that is added', () => {
  it('is in its place as a whole, and nothing else is left', async () => {
    const staging = await staged('a', 'new');
    expect(await staging.commit({ replace: false })).toBe(join(models, 'a'));
    expect(await readdir(models)).toEqual(['a']);
    expect(await read('a')).toBe('new');
  });

  it('takes the place of another only when it is to', async () => {
    await (await staged('a', 'old')).commit({ replace: false });
    const staging = await staged('a', 'new');
    await expect(staging.commit({ replace: false })).rejects.toThrow('--replace');
    expect(await read('a')).toBe('old');
    await staging.commit({ replace: true });
    expect(await read('a')).toBe('new');
    expect(await readdir(models)).toEqual(['a']);
  });

  it('leaves nothing when it is discarded', async () => {
    await (await staged('a', 'new')).discard();
    expect(await readdir(models)).toEqual([]);
  });

  it('finds what a killed addition left: that is taken away, and what it was replacing put back', async () => {
    const killed = join(models, '.adding-killed');
    const young = join(models, '.adding-young');
    for (const folder of [join(killed, 'replaced', 'a'), join(killed, 'a'), young]) {
      await mkdir(folder, { recursive: true });
    }
    await writeFile(join(killed, 'replaced', 'a', 'model.json'), 'old');
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
    await utimes(killed, twoDaysAgo, twoDaysAgo);
    await (await staged('b', 'new')).commit({ replace: false });
    expect((await readdir(models)).sort()).toEqual(['.adding-young', 'a', 'b']);
    expect(await read('a')).toBe('old');
  });

  it('needs a folder that can be written to', async () => {
    await mkdir(join(models, '..'), { recursive: true });
    await writeFile(models, 'a file');
    await expect(ModelStaging.begin(models, 'a')).rejects.toThrow('DARKROOM_MODELS_DIR');
  });
});
