import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentationGraph, writeTestModel } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestFolder } from './testing/test-folder.js';

vi.setConfig({ testTimeout: 60_000 });

let folder: TestFolder;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await TestFolder.create();
  const others = join(folder.root, 'others');
  env = { DARKROOM_MODELS_DIR: `${folder.models}:${others}` };
  const graph = segmentationGraph({ classes: 2 });
  await writeTestModel(folder.models, { id: 'sound', graph, manifest: { labels: ['a', 'b'] } });
  await writeTestModel(folder.models, { id: 'misfit', graph, manifest: { labels: ['a'] } });
  const broken = await writeTestModel(folder.models, { id: 'broken', graph });
  await writeFile(join(broken.folder, 'model.json'), '{');
  await writeTestModel(others, { id: 'elsewhere', graph });
});
afterAll(() => folder.delete());

const run = (...args: string[]) => folder.run(['models', ...args], env);

describe('models', () => {
  it('list has those that can be read, and why others cannot', async () => {
    const { exitCode, stdout } = await run('list');
    expect(exitCode).toBe(0);
    const { models, rejected } = JSON.parse(stdout);
    expect(models.map(({ id, classes }: { id: string; classes: number }) => [id, classes])).toEqual([
      ['misfit', 1],
      ['sound', 2],
      ['elsewhere', null],
    ]);
    expect(rejected).toMatchObject(
      [{ folder: join(folder.models, 'broken'), problems: [/not valid JSON/] }].map((one) => ({
        ...one,
        problems: one.problems.map((problem) => expect.stringMatching(problem)),
      })),
    );
    const text = (await run('list', '--format', 'text')).stdout;
    expect(text).toMatch(/^id +task +family +classes +input +version +folder\n/);
    expect(text).toContain('broken cannot be read:');
  });

  it('check opens every graph, and fails when one cannot be served', async () => {
    const { exitCode, stdout } = await run('check', '--format', 'text');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✓ sound/);
    expect(stdout).toMatch(/✓ elsewhere/);
    expect(stdout).toMatch(/✗ misfit .*\n {2}model\.json#\/labels: expected 2 labels/);
    expect(stdout).toMatch(/✗ broken .*\n {2}model\.json: is not valid JSON/);
    expect((await run('check', 'sound')).exitCode).toBe(0);
  });

  it('show has the manifest with its defaults', async () => {
    const { manifest, version } = JSON.parse((await run('show', 'sound')).stdout);
    expect(manifest).toMatchObject({ id: 'sound', preparation: { scale: 1 / 255, layout: 'nchw' } });
    expect(version).toMatch(/^[0-9a-f]{8}$/);
    expect((await run('show', 'sound', '--format', 'text')).stdout).toMatch(/^labels +2: a, b$/m);
    expect((await run('show', 'broken')).stderr).toMatch(
      /the model broken cannot be read:\n.*not valid JSON/,
    );
    expect((await run('show', 'sond')).stderr).toContain('did you mean sound?');
  });

  it('remove keeps to the folder where models are added, and takes broken ones too', async () => {
    expect((await run('remove', 'elsewhere', '--yes')).stderr).toMatch(
      /only models in .*models, where they are added/,
    );
    expect((await run('remove', '../others', '--yes')).stderr).toContain('there is no model ../others');
    expect((await run('remove', 'broken', '--yes')).exitCode).toBe(0);
    expect(await folder.modelsFound()).toEqual(['misfit', 'sound']);
  });
});

describe('a wrong configuration', () => {
  it('is told, with exit code 2', async () => {
    const { exitCode, stderr } = await folder.run(['models', 'list'], { DARKROOM_URL: 'localhost' });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/the configuration is wrong:\n {2}DARKROOM_URL takes/);
  });
});
