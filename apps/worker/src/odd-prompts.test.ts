import type { Job, MasksResult, SegmentationFields } from '@darkroom/contracts';
import {
  type SamExport,
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeTestModel,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectRedBox, RED_BOX, redBoxPicture } from './testing/red-box.js';
import { inferencePids, TestService } from './testing/test-service.js';

vi.setConfig({ testTimeout: 120_000 });

const EXPORTS: readonly SamExport[] = ['meta', 'transformers', 'sam2'];
/** The same network with smaller masks. */
const SMALL = 'small';

let service: TestService;
let worker: Awaited<ReturnType<TestService['startWorker']>>;
let picture: Buffer;

beforeAll(async () => {
  picture = await redBoxPicture();
  service = await TestService.start();
  for (const exported of EXPORTS) await addModel(exported, { exported });
  await addModel(SMALL, { exported: 'meta', side: 64 });
  worker = await service.startWorker();
}, 120_000);
afterAll(() => service?.stop());

async function addModel(id: string, about: { exported: SamExport; side?: number }): Promise<void> {
  const options = { ...about, takesBoxes: true };
  const graph = { encoder: samEncoderGraph(options), decoder: samDecoderGraph(options) };
  await writeTestModel(service.modelsFolder, { id, graph, manifest: samManifest(options) });
}

type Image = Buffer | { job: string; artifact?: string };
const ask = (image: Image, fields: SegmentationFields): Promise<Job> =>
  service.client.submitSegmentation({ image, ...fields }, { waitSeconds: 50 });

/** What must succeed. */
async function answered(image: Image, fields: SegmentationFields): Promise<Job> {
  const job = await ask(image, fields);
  expect(job).toMatchObject({ status: 'succeeded', error: null });
  return job;
}

const masksOf = ({ result }: Job) => (result as MasksResult).masks;
const inBox = { points: [{ x: 40, y: 30 }] };

describe.each(EXPORTS)('pictures of odd shapes, in the export %s,', (model) => {
  it.each([
    [1, 1],
    [1, 20_000],
    [20_000, 1],
    [3, 500],
  ])('of %i × %i get masks', async (width, height) => {
    const thin = await redBoxPicture({ width, height });
    const prompts = [
      { points: [{ x: width / 2, y: height / 2 }] },
      {
        points: [
          { x: 0, y: 0 },
          { x: width, y: height },
          { x: width, y: 0, positive: false },
        ],
      },
      { box: [0, 0, width, height] },
      { box: [-1e9, -1e9, 1e-9, 1e-9] },
    ];
    const asked = await answered(thin, { model, prompts, outputs: ['overlay', 'label_map'] });
    expect(asked.result).toMatchObject({ kind: 'masks', width, height });
    expect(masksOf(asked).map(({ prompt_index }) => prompt_index)).toEqual([0, 1, 2, 3]);
    expect(masksOf(asked)[0]).toMatchObject({ area: width * height, box: [0, 0, width, height] });
    const automatic = { points_per_side: 4, crop_n_layers: 1, min_mask_region_area: 2 };
    const found = await answered({ job: asked.id }, { model, automatic, mask_format: 'polygon' });
    expect(found.execution!.embedding).toBe('cached');
    expect(masksOf(found)[0]!.area).toBeGreaterThan(0);
  });
});

describe('prompts', () => {
  it('may be as many as the service takes, and on the very edge', async () => {
    const prompts = Array.from({ length: 1000 }, (_, index) => ({
      points: [{ x: index % (RED_BOX.width + 1), y: RED_BOX.height }],
    }));
    expect(masksOf(await answered(picture, { model: 'meta', prompts, mask_format: 'none' }))).toHaveLength(
      1000,
    );
  });

  it('may say only what is not meant, and be one point many times', async () => {
    const elsewhere = { points: [{ x: 90, y: 60, positive: false }] };
    const often = { points: Array.from({ length: 100 }, () => inBox.points[0]!) };
    const masks = masksOf(await answered(picture, { model: 'meta', prompts: [elsewhere, often] }));
    expect(masks).toHaveLength(2);
    expectRedBox(masks[1]);
  });

  it.each<[string, readonly unknown[], number, string, RegExp]>([
    [
      'a point outside of the picture',
      [{ points: [{ x: 96.5, y: 1 }] }],
      422,
      'invalid_field',
      /lies outside/,
    ],
    ['a box inside out', [{ box: [30, 4, 10, 20] }], 422, 'invalid_field', /x0 < x1 and y0 < y1/],
    ['a box beside the picture', [{ box: [96, 0, 99, 9] }], 422, 'invalid_field', /lies outside/],
    ['NaN', [{ points: [{ x: 'NaN', y: 1 }] }], 422, 'invalid_field', /finite number/],
    ['nothing', [{}], 422, 'invalid_field', /needs points, a box or an earlier mask/],
    [
      'ten thousand objects',
      Array.from({ length: 10_000 }, () => inBox),
      422,
      'invalid_field',
      /may have 1000 entries/,
    ],
  ])('with %s are refused', async (_, prompts, status, code, says) => {
    const refused = ask(picture, {
      model: 'meta',
      prompts: prompts as NonNullable<SegmentationFields['prompts']>,
    });
    const detail = expect.stringMatching(says);
    await expect(refused).rejects.toMatchObject({ problem: { status, code, detail } });
  });
});

describe('what another job left', () => {
  it('is refined only by models whose masks are as large, and the next job is answered', async () => {
    const first = await answered(picture, { model: 'meta', prompts: [inBox] });
    const mask = { job: first.id, index: 0 };
    expect(masksOf(await answered(picture, { model: 'meta', prompts: [{ mask }] }))).toHaveLength(1);
    await answered(picture, { model: SMALL, mode: 'embedding' });
    const pids = inferencePids(worker, SMALL);
    expect(pids).toHaveLength(1);
    const failed = await ask(picture, { model: SMALL, prompts: [{ ...inBox, mask }] });
    expect(failed).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: {
        code: 'option_not_supported',
        retryable: false,
        detail: `The model takes masks of 32 × 32; mask 0 of job ${first.id} is [64, 64]. Refine masks that the same model made.`,
      },
    });
    expectRedBox(masksOf(await answered(picture, { model: SMALL, prompts: [inBox] }))[0]);
    expect(inferencePids(worker, SMALL)).toEqual(pids);
  });

  it('is refused where its picture has another size, or it made no such mask', async () => {
    const first = await answered(picture, { model: 'meta', prompts: [inBox] });
    const found = await answered(picture, { model: 'meta', automatic: { points_per_side: 4 } });
    const embedding = await answered(picture, { model: 'meta', mode: 'embedding' });
    const refused = async (image: Image, job: string, index: number, says: RegExp) => {
      const problem = { status: 422, code: 'invalid_field', detail: expect.stringMatching(says) };
      const asked = ask(image, { model: 'meta', prompts: [{ mask: { job, index } }] });
      await expect(asked).rejects.toMatchObject({ problem });
    };
    const other = await redBoxPicture({ width: 64, height: 96 });
    await refused(other, first.id, 0, /of 96 × 64 pixels, this one has 64 × 96/);
    await refused(picture, first.id, 1, /has no mask 1 .*It has 1/);
    await refused(picture, found.id, 0, /only masks that came of "prompts"/);
    await refused(picture, embedding.id, 0, /only masks that came of "prompts"/);
  });

  it('may be the picture of a job that made an embedding, but not the embedding itself', async () => {
    const embedding = await answered(picture, { model: 'sam2', mode: 'embedding' });
    const found = await answered(
      { job: embedding.id },
      { model: 'sam2', automatic: { points_per_side: 4, stability_score_thresh: 0.5 }, outputs: ['overlay'] },
    );
    expect(found.execution!.embedding).toBe('cached');
    expectRedBox(masksOf(found).at(-1));
    const asPicture = ask(
      { job: embedding.id, artifact: 'embedding.npy' },
      { model: 'sam2', prompts: [inBox] },
    );
    await expect(asPicture).rejects.toMatchObject({ problem: { status: 415, code: 'unsupported_image' } });
    const overlay = { job: found.id, artifact: 'overlay.jpg' };
    expect(masksOf(await answered(overlay, { model: 'sam2', prompts: [inBox] }))).toHaveLength(1);
  });
});
