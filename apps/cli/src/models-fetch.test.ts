import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { segmentationGraph } from '@darkroom/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tinyDarknet } from './testing/darknet-files.js';
import { FileHost, sha256Of } from './testing/file-host.js';
import { TestFolder } from './testing/test-folder.js';

// Each command is a process or two.
vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;
let host: FileHost;

beforeEach(async () => {
  [folder, host] = await Promise.all([TestFolder.create(), FileHost.start()]);
});
afterEach(() => Promise.all([folder.delete(), host.stop()]));

const graphOf = (classes: number) => segmentationGraph({ classes, size: { width: 32, height: 32 } });
const fetchModels = (...sources: string[]) =>
  folder.run(['models', 'fetch'], { DARKROOM_MODEL_SOURCES: sources.join('\n') });

describe('models fetch', () => {
  it('brings in all models that are named, and asks for none of them again', async () => {
    const graph = graphOf(2);
    const { cfg, weights } = tinyDarknet();
    const sources = [
      `${host.file('/shore.onnx', graph)}#sha256=${sha256Of(graph)} --description Shores`,
      `${host.file('/tiny.cfg', cfg)} ${host.file('/tiny.weights', weights)} --id boats --resize stretch`,
    ];
    const first = await fetchModels(...sources);
    expect(first.exitCode, first.stderr).toBe(0);
    expect(await folder.modelsFound()).toEqual(['boats', 'shore']);
    expect((await folder.manifest('shore')).description).toBe('Shores');
    expect((await folder.manifest('boats')).preparation?.resize).toBe('stretch');
    expect(host.requested).toHaveLength(3);
    const second = await fetchModels(...sources);
    expect(second).toMatchObject({ exitCode: 0, stderr: 'shore is there already\nboats is there already\n' });
    expect(host.requested).toHaveLength(3);
  });

  it('knows a file by its hash at another address, and fetches another hash in its place', async () => {
    const [graph, next] = [graphOf(2), graphOf(3)];
    await fetchModels(`${host.file('/a/shore.onnx', graph)}?signed=1#sha256=${sha256Of(graph)}`);
    const same = await fetchModels(`${host.file('/b/shore.onnx', graph)}#sha256=${sha256Of(graph)}`);
    expect(same.stderr).toContain('shore is there already');
    const other = await fetchModels(`${host.file('/b/shore.onnx', next)}#sha256=${sha256Of(next)}`);
    expect(other.exitCode, other.stderr).toBe(0);
    expect(host.requested).toEqual(['/a/shore.onnx', '/b/shore.onnx']);
    expect((await folder.manifest('shore')).files.graph?.sha256).toBe(sha256Of(next));
  });

  it('fetches a model again that was spoilt meanwhile', async () => {
    const address = host.file('/shore.onnx', graphOf(2));
    await fetchModels(address);
    await writeFile(join(folder.models, 'shore', 'shore.onnx'), 'spoilt');
    expect((await fetchModels(address)).exitCode).toBe(0);
    expect(host.requested).toHaveLength(2);
    expect((await folder.run(['models', 'check', 'shore'])).exitCode).toBe(0);
  });

  it('leaves a model alone that somebody added, unless it is to be replaced', async () => {
    await folder.added(await folder.file('shore.onnx', graphOf(2)));
    const address = host.file('/shore.onnx', graphOf(3));
    const refused = await fetchModels(address);
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/there is a model shore already/),
    });
    expect(host.requested).toEqual([]);
    expect((await fetchModels(`${address} --replace`)).exitCode).toBe(0);
    expect((await folder.manifest('shore')).files.graph?.sha256).toBe(sha256Of(graphOf(3)));
  });

  it('takes files that lie on the disk, such as those that SageMaker unpacks, each time anew', async () => {
    const { cfg, weights, names } = tinyDarknet();
    const place = dirname(await folder.file('model/tiny.cfg', cfg));
    await folder.file('model/tiny.weights', weights);
    for (let start = 0; start < 2; start++) {
      const { exitCode, stderr } = await fetchModels(`${place} --id counter`);
      expect(exitCode, stderr).toBe(0);
      await folder.file('model/tiny.names', names);
    }
    expect((await folder.manifest('counter')).labels).toEqual(['boat']);
  });

  it('brings in the others when one cannot be, and says so in the end', async () => {
    const { exitCode, stderr } = await fetchModels(
      `${host.origin}/none.onnx`,
      host.file('/shore.onnx', graphOf(2)),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('404 Not Found');
    expect(await folder.modelsFound()).toEqual(['shore']);
  });

  it.each([
    ['https://example.org/a.onnx --colour red', /DARKROOM_MODEL_SOURCES: unknown option '--colour'/],
    ['https://example.org/net.pt', /DARKROOM_MODEL_SOURCES: expected the address of an \.onnx file/],
    ['--id shore', /DARKROOM_MODEL_SOURCES: missing required argument/],
  ])('fetches nothing at all where it cannot read %s', async (source, message) => {
    const { exitCode, stderr } = await fetchModels(host.file('/shore.onnx', graphOf(2)), source);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect(host.requested).toEqual([]);
  });

  it('has nothing to do where no models are named', async () => {
    expect(await fetchModels('')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('names no models'),
    });
  });
});
