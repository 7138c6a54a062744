import { samManifest } from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedding } from '../embedding-cache.js';
import { MemoryEmbeddingCache } from '../memory-embedding-cache.js';
import { NO_STEPS } from '../no-steps.js';
import { openCounted } from '../testing/counted-sam-model.js';
import { ask, boxesPicture, META, onGreen, runSam } from '../testing/sam-models.js';
import { TestModels } from '../testing/test-models.js';

let models: TestModels;

beforeAll(async () => {
  models = await TestModels.create();
});

afterAll(() => models.delete());

const picture = boxesPicture;

describe('the embedding', () => {
  it('is computed once for a picture, and said to be cached from then on', async () => {
    const { pipeline, runs } = await openCounted(models);
    const asked = (pictureSha256: string) => ask(pipeline, picture, [onGreen], {}, { pictureSha256 });
    const first = await asked('a');
    const second = await asked('a');
    expect([first.embedding, second.embedding]).toEqual(['computed', 'cached']);
    expect(second.masks).toEqual(first.masks);
    expect(runs.encoder).toBe(1);
    expect((await asked('b')).embedding).toBe('computed');
    expect(runs.encoder).toBe(2);
  });

  it('is neither kept nor looked for where the picture’s hash isn’t known', async () => {
    const { pipeline, runs } = await openCounted(models);
    for (const _ of [1, 2]) expect((await ask(pipeline, picture, [onGreen])).embedding).toBe('computed');
    expect(runs.encoder).toBe(2);
  });

  it('is not that of another preparation or of other weights', async () => {
    const cache = new MemoryEmbeddingCache();
    const about = { pictureSha256: 'a' };
    const one = await openCounted(models, { embeddings: cache });
    const same = await openCounted(models, { embeddings: cache });
    const { preparation } = samManifest(META);
    const brighter = await openCounted(models, {
      embeddings: cache,
      manifest: { preparation: { ...preparation!, scale: 1 / 200 } },
    });
    const otherWeights = await openCounted(models, {
      graphs: { ...META, onePromptARun: true },
      embeddings: cache,
    });
    await ask(one.pipeline, picture, [onGreen], {}, about);
    expect((await ask(same.pipeline, picture, [onGreen], {}, about)).embedding).toBe('cached');
    expect((await ask(brighter.pipeline, picture, [onGreen], {}, about)).embedding).toBe('computed');
    expect((await ask(otherWeights.pipeline, picture, [onGreen], {}, about)).embedding).toBe('computed');
  });

  it('of a job that was prepared already is used, even if the cache has let go of it since', async () => {
    const cache = new (class {
      readonly kept = new Map<string, Embedding>();
      get = async (key: string) => this.kept.get(key) ?? null;
      put = async (key: string, embedding: Embedding) => void this.kept.set(key, embedding);
    })();
    const { pipeline, runs } = await openCounted(models, { embeddings: cache });
    const options = { mode: 'embedding', outputs: ['model_input'], output_format: 'jpeg' };
    const input = { picture, options, pictureSha256: 'a' };
    await runSam(pipeline, picture, options, { pictureSha256: 'a' });
    const prepared = await pipeline.prepare(input);
    cache.kept.clear();
    const [inferred] = await pipeline.infer([prepared], NO_STEPS, { shortage: 0, warnShort() {} });
    expect(await pipeline.postprocess(inferred, prepared, input)).toMatchObject({ embedding: 'cached' });
    expect(runs.encoder).toBe(1);
    expect(await runSam(pipeline, picture, options, { pictureSha256: 'a' })).toMatchObject({
      embedding: 'computed',
    });
    expect(runs.encoder).toBe(2);
  });

  it('that another job made since it was prepared is used', async () => {
    const { pipeline, runs } = await openCounted(models);
    const options = { mode: 'embedding', outputs: [], output_format: 'jpeg' };
    const input = { picture, options, pictureSha256: 'a' };
    const prepared = [await pipeline.prepare(input), await pipeline.prepare(input)];
    const inferred = await pipeline.infer(prepared, NO_STEPS, { shortage: 0, warnShort() {} });
    const second = await pipeline.postprocess(inferred[1], prepared[1], input);
    expect(second).toMatchObject({ embedding: 'cached' });
    expect(runs.encoder).toBe(1);
  });

  it('can be asked for alone, ahead of the first prompt', async () => {
    const { pipeline, runs } = await openCounted(models);
    const about = { pictureSha256: 'a' };
    const { result, artifacts, embedding } = await runSam(pipeline, picture, { mode: 'embedding' }, about);
    expect(result).toEqual({
      kind: 'embedding',
      width: 96,
      height: 64,
      shape: [1, 3, 64, 64],
      artifact: 'embedding.npy',
    });
    expect(embedding).toBe('computed');
    expect(Object.keys(artifacts)).toEqual(['embedding.npy']);
    expect(artifacts['embedding.npy']).toMatchObject({ role: 'embedding', index: null, width: null });
    expect(runs.decoder).toEqual([]);
    expect((await ask(pipeline, picture, [onGreen], {}, about)).embedding).toBe('cached');
  });
});
