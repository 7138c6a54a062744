import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeSafetensors, encodeSafetensors, float32Tensor } from '@darkroom/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../dist/run-graph.js', import.meta.url));
const GRAPH = fileURLToPath(new URL('../../models/shapes-seg/shapes-seg.onnx', import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-run-graph-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(feeds: Parameters<typeof encodeSafetensors>[0]['tensors']) {
  const [inputs, outputs] = [join(folder, 'inputs.safetensors'), join(folder, 'outputs.safetensors')];
  await writeFile(inputs, encodeSafetensors({ tensors: feeds, metadata: {} }));
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, GRAPH, inputs, outputs, '1']);
  return { told: JSON.parse(stdout), tensors: decodeSafetensors(await readFile(outputs)).tensors };
}

describe('a graph that models/export has run', () => {
  it('answers in a file, and how long it took on the standard output', async () => {
    const picture = float32Tensor(new Float32Array(3 * 32 * 32).fill(0.5), [1, 3, 32, 32]);
    const { told, tensors } = await run({ input: picture });
    expect(told.run_seconds).toBeGreaterThan(0);
    const [logits] = Object.values(tensors);
    expect(logits).toMatchObject({ type: 'float32', dims: [1, 5, 32, 32] });
    expect(logits!.data.some((value) => value !== 0)).toBe(true);
  });

  it('says what is wrong with its inputs, and fails', async () => {
    const failing = run({ picture: float32Tensor(new Float32Array(3), [1, 3, 1, 1]) });
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it has no input picture'),
    });
  });
});
