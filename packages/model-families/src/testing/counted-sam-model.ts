import type { ModelManifest } from '@darkroom/contracts';
import type { Tensor } from '@darkroom/tensor';
import { samManifest } from '@darkroom/testkit';
import type { EmbeddingCache } from '../embedding-cache.js';
import { FAMILIES } from '../families.js';
import { MemoryEmbeddingCache } from '../memory-embedding-cache.js';
import { type ClosableGraph, openModel } from '../open-model.js';
import { type SamGraphs, samGraphs } from './sam-models.js';
import { openOnCpu, type TestModels } from './test-models.js';

export interface CountedModel {
  readonly graphs?: SamGraphs;
  readonly embeddings?: EmbeddingCache;
  readonly manifest?: Partial<ModelManifest>;
}

/** A model whose runs are counted: how many pictures were encoded, and how many prompts each run of the decoder had. */
export async function openCounted(models: TestModels, about: CountedModel = {}) {
  const { graphs = { exported: 'meta' }, embeddings = new MemoryEmbeddingCache(), manifest } = about;
  const runs = { encoder: 0, decoder: [] as number[] };
  const opener = async (path: string): Promise<ClosableGraph> => {
    const graph = await openOnCpu(path);
    return {
      inputs: graph.inputs,
      outputs: graph.outputs,
      close: () => graph.close(),
      run: async (feeds, names) => {
        const { point_coords } = feeds as Record<string, Tensor>;
        if (point_coords) runs.decoder.push(point_coords.dims[0]!);
        else runs.encoder++;
        return graph.run(feeds, names);
      },
    };
  };
  const loaded = await models.load(samGraphs(graphs), samManifest(graphs, manifest));
  const { pipeline } = models.closeLater(await openModel(loaded, opener, FAMILIES, { embeddings }));
  return { pipeline, runs };
}
