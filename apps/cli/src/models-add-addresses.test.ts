import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentationGraph, segmentationGraphParts, withExternalWeights } from '@darkroom/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tinyDarknet } from './testing/darknet-files.js';
import { type FakeS3Account, holdObject } from './testing/fake-s3.js';
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

const GRAPH = segmentationGraph({ classes: 2, size: { width: 32, height: 32 } });

describe('models add with addresses', () => {
  it('fetches a graph, checks its hash, and keeps where it is from without what is secret', async () => {
    const address = host.file('/files/shore.onnx', GRAPH);
    const result = await folder.added(`${address}?token=secret`, '--sha256', sha256Of(GRAPH));
    expect(result).toMatchObject({ id: 'shore', task: 'segmentation' });
    expect(await folder.manifest('shore')).toMatchObject({ source: address });
    const origin = await readFile(join(folder.models, 'shore', 'origin.json'), 'utf8');
    expect(JSON.parse(origin)).toMatchObject({
      files: [{ address, bytes: GRAPH.length, sha256: sha256Of(GRAPH) }],
    });
    expect(origin).not.toContain('secret');
    expect(await folder.modelsFound()).toEqual(['shore']);
  });

  it('fetches the files of a Darknet model, each with its hash, and counts what it finds by its names', async () => {
    const { cfg, weights, names } = tinyDarknet();
    const words = [
      host.file('/nets/tiny-boats.cfg', cfg),
      `${host.file('/nets/tiny-boats_final.weights', weights)}#sha256=${sha256Of(weights)}`,
      host.file('/nets/obj.names', names),
    ];
    const { exitCode, stderr } = await folder.run(['models', 'add', ...words]);
    expect(stderr).toContain('fetching');
    expect(exitCode, stderr).toBe(0);
    expect(await folder.manifest('tiny-boats')).toMatchObject({ task: 'detection', labels: ['boat'] });
  });

  it('fetches from a server that speaks S3, signed with the keys of the environment', async () => {
    const account: FakeS3Account = { accessKeyId: 'AKID', secretAccessKey: 'secret', region: 'eu-north-1' };
    holdObject(host, '/models/nets/shore.onnx', GRAPH, account);
    const env = {
      AWS_ENDPOINT_URL_S3: host.origin,
      AWS_ACCESS_KEY_ID: account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
      AWS_REGION: account.region,
    };
    const { exitCode, stderr } = await folder.run(['models', 'add', 's3://models/nets/shore.onnx'], env);
    expect(exitCode, stderr).toBe(0);
    expect(await folder.manifest('shore')).toMatchObject({ source: 's3://models/nets/shore.onnx' });
    const { AWS_SECRET_ACCESS_KEY: _, ...half } = env;
    const refused = await folder.run(['models', 'add', 's3://models/nets/shore.onnx'], half);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('set both, or none') });
  });

  it('fetches a graph with the weights that it has in a file beside it', async () => {
    const parts = segmentationGraphParts({ classes: 20, size: { width: 32, height: 32 } });
    const graph = withExternalWeights({ ...parts, name: 'shore', inputs: [parts.input] }, 'shore.data');
    const words = [host.file('/shore.onnx', graph.graph), host.file('/shore.data', graph.weights)];
    const { exitCode, stderr } = await folder.run(['models', 'add', ...words]);
    expect(exitCode, stderr).toBe(0);
    expect(Object.keys((await folder.manifest('shore')).files)).toEqual(['graph', 'graph_data']);
  });

  it.each([
    ['another hash', () => `${host.file('/net.onnx', GRAPH)}#sha256=${'0'.repeat(64)}`, 1, /came {6}sha256/],
    [
      'a web page',
      () => host.file('/net.onnx', Buffer.from('<!doctype html>')),
      1,
      /was a web page saved in its place/,
    ],
    ['no file', () => `${host.origin}/none.onnx`, 1, /404 Not Found/],
    [
      'weights of PyTorch',
      () => host.file('/net.pt', GRAPH),
      2,
      /expected the address of an \.onnx file.*got net\.pt/,
    ],
    ['http://', () => 'http://192.0.2.1/net.onnx', 2, /anybody on the way/],
  ])('leaves nothing where there is %s', async (_, word, code, message) => {
    const { exitCode, stderr } = await folder.add(word());
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringMatching(message) });
    expect(await folder.modelsFound()).toEqual([]);
  });

  it('refuses a file that is too large for anything, before it comes', async () => {
    const address = host.on('/net.onnx', (_, response) => {
      response.writeHead(200, { 'content-length': 1024 ** 5 }).flushHeaders();
    });
    expect((await folder.add(address)).stderr).toMatch(/at most 34\.4 GB in a file/);
    expect(await folder.modelsFound()).toEqual([]);
  });

  it('fetches nothing when there is a model of that id already', async () => {
    const address = host.file('/shore.onnx', GRAPH);
    await folder.added(await folder.file('shore.onnx', GRAPH));
    expect((await folder.add(address)).stderr).toMatch(/there is a model shore already.*--replace/);
    expect(host.requested).toEqual([]);
  });

  it.each([
    [['net.onnx'], ['--sha256', '0'.repeat(64)], /--sha256 is for files that are fetched/],
    [['https://example.org/a.onnx', 'b.onnx'], [], /addresses alone, or paths alone, got b\.onnx too/],
    [
      ['https://example.org/a.onnx', 'https://example.org/b.onnx'],
      ['--sha256', '0'.repeat(64)],
      /is for one file/,
    ],
    [
      ['https://example.org/a/n.onnx', 'https://example.org/b/n.onnx'],
      [],
      /different names, got n\.onnx twice/,
    ],
    [['https://example.org/yolo.weights'], [], /\.cfg and \.weights, got yolo\.weights/],
  ])('refuses %j %j', async (words, options, message) => {
    const { exitCode, stderr } = await folder.run(['models', 'add', ...words, ...options]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
  });

  it('leaves nothing when it is interrupted', async () => {
    const address = host.on('/net.onnx', (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write(Buffer.alloc(1000));
    });
    expect(await folder.addInterrupted(address)).toMatchObject({ exitCode: 130 });
    expect(await folder.modelsFound()).toEqual([]);
  });
});
