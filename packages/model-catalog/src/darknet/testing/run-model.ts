import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGraph } from '@darkroom/inference';
import type { Float32Tensor, Tensor } from '@darkroom/tensor';

/** What an imported graph gives in real ONNX Runtime, on one CPU thread. */
export async function runModel(
  model: Uint8Array,
  input: Float32Tensor,
): Promise<Readonly<Record<string, Tensor>>> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-darknet-'));
  const path = join(folder, 'graph.onnx');
  await writeFile(path, model);
  const graph = await openGraph(path, { providers: [{ name: 'cpu' }], intraOpThreads: 1 });
  try {
    return await graph.run({ input });
  } finally {
    await graph.close();
    await rm(folder, { recursive: true });
  }
}
