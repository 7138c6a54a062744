import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelManifest } from '@darkroom/contracts';
import { writeTestModel } from '@darkroom/testkit';
import { Type } from 'typebox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileHasher } from './file-hasher.js';
import { readCatalog } from './read-catalog.js';

const known = {
  families: [
    {
      name: 'semantic-segmentation',
      task: 'segmentation' as const,
      optionsSchema: Type.Object({ output: Type.Optional(Type.String()) }, { additionalProperties: false }),
    },
    {
      name: 'generator',
      task: 'generation' as const,
      optionsSchema: Type.Object({}),
      preparesPictures: false,
    },
  ],
};
const weights = Buffer.from('weights');
const sha256 = createHash('sha256').update(weights).digest('hex');
let models: string;

beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'darkroom-models-'));
});

afterEach(() => rm(models, { recursive: true }));

const write = (id: string, manifest: Partial<Record<keyof ModelManifest, unknown>> = {}, folder = models) =>
  writeTestModel(folder, { id, graph: weights, manifest: manifest as Partial<ModelManifest> });

/** The problems of the one model that is rejected, as lines. */
async function problemsOf(manifest: Partial<Record<keyof ModelManifest, unknown>>): Promise<string[]> {
  await write('wrong', manifest);
  const { rejected } = await readCatalog([models], known);
  expect(rejected.map(({ folder }) => folder)).toEqual([join(models, 'wrong')]);
  return rejected[0]!.problems;
}

describe('the catalog', () => {
  it('reads every folder with a manifest, completed, and no other', async () => {
    await write('b');
    await write('a');
    await mkdir(join(models, 'training'));
    await writeFile(join(models, 'training', 'train.py'), '');
    await writeFile(join(models, 'model.schema.json'), '{}');
    const { models: read, rejected, notes } = await readCatalog([models], known);
    expect({ rejected, notes }).toEqual({ rejected: [], notes: [] });
    expect(read.map(({ manifest }) => manifest.id)).toEqual(['a', 'b']);
    expect(read[0]).toMatchObject({
      folder: join(models, 'a'),
      files: { graph: join(models, 'a', 'graph.onnx') },
      version: createHash('sha256').update(sha256).digest('hex').slice(0, 8),
      manifest: { demo: false, preparation: { std: [1, 1, 1] } },
    });
  });

  it('skips a folder that is not there, and says so', async () => {
    await write('a');
    const { models: read, notes } = await readCatalog([join(models, 'local'), models], known);
    expect(read).toHaveLength(1);
    expect(notes).toEqual([`there is no folder ${join(models, 'local')}; it is skipped`]);
  });

  it('reports a models folder that is a file', async () => {
    const file = join(models, 'file');
    await writeFile(file, '');
    const { rejected } = await readCatalog([file], known);
    expect(rejected).toEqual([{ folder: file, problems: [expect.stringContaining('cannot be read')] }]);
  });

  it('takes the model of the earlier folder, even when that one is wrong', async () => {
    const [first, second] = [join(models, 'first'), join(models, 'second')];
    await write('a', { description: 'first' }, first);
    await write('a', { description: 'second' }, second);
    await write('b', { task: 'nonsense' }, first);
    await write('b', {}, second);
    const { models: read, rejected, notes } = await readCatalog([first, second], known);
    expect(read.map(({ manifest }) => manifest.description)).toEqual(['first']);
    expect(rejected.map(({ folder }) => folder)).toEqual([join(first, 'b')]);
    expect(notes).toEqual([
      `${join(second, 'a')} is not used: ${join(first, 'a')} has the same id and comes first`,
      `${join(second, 'b')} is not used: ${join(first, 'b')} has the same id and comes first`,
    ]);
  });

  it('does not look into folders that are being written', async () => {
    await write('good');
    await write('.exporting-good');
    const { models: read, rejected } = await readCatalog([models], known);
    expect([read.length, rejected]).toEqual([1, []]);
  });

  it('leaves a wrong model out and serves the others', async () => {
    await write('good');
    await problemsOf({ task: 'nonsense' });
    expect((await readCatalog([models], known)).models.map(({ manifest }) => manifest.id)).toEqual(['good']);
  });

  it('tells all problems of a model at once, with field and remedy', async () => {
    const problems = await problemsOf({
      id: 'other',
      lables: ['a'],
      family: 'semantic-segmentaton',
      preparation: { resize: 'stretch', width: 32, resampler: 'pil-bilinear', std: [0, 1, 1] },
      files: {
        graph: { path: 'graph.onnx', sha256: 'a'.repeat(64) },
        vocabulary: { path: 'words.txt', sha256 },
      },
    } as Partial<Record<keyof ModelManifest, unknown>>);
    expect(problems).toEqual([
      'model.json#/lables: is not a known field; did you mean labels?',
      'model.json#/id: expected the folder’s name, wrong, got other',
      'model.json#/family: expected one of semantic-segmentation, generator, got semantic-segmentaton; did you mean semantic-segmentation?',
      'model.json#/preparation/height: is missing; resize stretch needs it, in pixels',
      'model.json#/preparation/std: is divided by and must not hold a 0, got [0,1,1]',
      `model.json#/files/graph/sha256: expected ${'a'.repeat(64)}, but the file’s is ${sha256}. If graph.onnx is the right file, write what \`sha256sum graph.onnx\` prints into the manifest; else fetch the file again`,
      'model.json#/files/vocabulary/path: there is no file words.txt in the model’s folder; put it there',
    ]);
  });

  it('checks the family’s own options', async () => {
    expect(await problemsOf({ family_options: { outptu: 'x' } })).toEqual([
      'model.json#/family_options/outptu: is not a known field; did you mean output?',
    ]);
  });

  it('wants a preparation of models that prepare pictures, and of no others', async () => {
    expect(await problemsOf({ preparation: undefined })).toEqual([
      'model.json#/preparation: is missing; a model of the family semantic-segmentation needs it, to prepare pictures as it was trained with',
    ]);
    const generator = { family: 'generator', task: 'generation' };
    expect(await problemsOf({ ...generator, preparation: { resize: 'none' } })).toEqual([
      'model.json#/preparation: has no effect with the family generator, which prepares no pictures; remove it',
    ]);
    await write('wrong', { ...generator, preparation: undefined });
    expect((await readCatalog([models], known)).rejected).toEqual([]);
  });

  it.each(['../secret.onnx', '/etc/hostname', 'a/../../secret.onnx', '..\\secret.onnx'])(
    'takes no file outside the model’s folder: %s',
    async (path) => {
      await writeFile(join(models, 'secret.onnx'), weights);
      expect(await problemsOf({ files: { graph: { path, sha256 } } })).toEqual([
        expect.stringContaining('model.json#/files/graph/path: expected a path inside the model’s folder'),
      ]);
    },
  );

  it('takes no file that a link leads to outside the model’s folder', async () => {
    await writeFile(join(models, 'secret.onnx'), weights);
    await mkdir(join(models, 'wrong'));
    await symlink('../secret.onnx', join(models, 'wrong', 'linked.onnx'));
    expect(await problemsOf({ files: { graph: { path: 'linked.onnx', sha256 } } })).toEqual([
      expect.stringContaining('which is a link that leads out of it'),
    ]);
  });

  it('takes a folder for no file', async () => {
    await mkdir(join(models, 'wrong', 'sub'), { recursive: true });
    expect(await problemsOf({ files: { graph: { path: 'sub', sha256 } } })).toEqual([
      'model.json#/files/graph/path: expected a file, but sub is none',
    ]);
  });

  it.each([
    ['broken', '{"id": "wrong",}', /^model\.json: is not valid JSON at line 1, column 16/],
    ['no object', '[]', /^model\.json: expected an object/],
    [
      'too large',
      `{"id": "${'x'.repeat(1_000_000)}"}`,
      /^model\.json: is 1000010 bytes long; a manifest has at most/,
    ],
  ])('rejects a manifest that is %s', async (_, text, problem) => {
    await mkdir(join(models, 'wrong'));
    await writeFile(join(models, 'wrong', 'model.json'), text);
    const { rejected } = await readCatalog([models], known);
    expect(rejected[0]!.problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('the hash of a file', () => {
  it('is read again exactly when size or time of change say so', async () => {
    const path = join(models, 'file');
    const time = new Date('2026-01-01T00:00:00Z');
    const change = async (text: string, modified: Date) => {
      await writeFile(path, text);
      await utimes(path, modified, modified);
    };
    const hashFile = createFileHasher();
    await change('one', time);
    const first = await hashFile(path);
    expect(first).toBe(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
    await change('two', time);
    expect(await hashFile(path)).toBe(first);
    await change('two', new Date('2026-01-02T00:00:00Z'));
    expect(await hashFile(path)).toBe(createHash('sha256').update('two').digest('hex'));
  });
});
