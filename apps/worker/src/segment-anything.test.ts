import type { Job, MasksResult, SegmentationFields } from '@darkroom/contracts';
import {
  type SamExport,
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeTestModel,
} from '@darkroom/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRedBox, RED_BOX, redBoxPicture } from './testing/red-box.js';
import { TestService } from './testing/test-service.js';

const EXPORTS: readonly SamExport[] = ['meta', 'transformers', 'sam2'];

let service: TestService;
let picture: Buffer;

beforeAll(async () => {
  picture = await redBoxPicture();
  service = await TestService.start();
  await Promise.all(EXPORTS.map(addModel));
  await service.startWorker();
}, 120_000);
afterAll(() => service?.stop());

async function addModel(exported: SamExport): Promise<void> {
  const options = { exported, takesBoxes: true };
  const graph = { encoder: samEncoderGraph(options), decoder: samDecoderGraph(options) };
  await writeTestModel(service.modelsFolder, { id: exported, graph, manifest: samManifest(options) });
}

async function submit(image: Buffer | { job: string }, fields: SegmentationFields): Promise<Job> {
  const job = await service.client.submitSegmentation({ image, ...fields }, { waitSeconds: 50 });
  expect(job.error).toBeNull();
  return job;
}

const masksOf = ({ result }: Job) => (result as MasksResult).masks;

describe.each(EXPORTS)('a Segment Anything in the export %s', (model) => {
  it('answers the second click without looking at the picture again', async () => {
    const ahead = await submit(picture, { model, mode: 'embedding' });
    expect(ahead.result).toMatchObject({
      kind: 'embedding',
      shape: [1, 3, 64, 64],
      artifact: 'embedding.npy',
    });
    expect(ahead.execution!.embedding).toBe('computed');
    const click = await submit({ job: ahead.id }, { model, prompts: [{ points: [{ x: 40, y: 30 }] }] });
    expect(click.execution!.embedding).toBe('cached');
    expect(masksOf(click)).toHaveLength(1);
    expectRedBox(masksOf(click)[0]);
  });

  it('takes boxes, points that are not meant, and several objects at once', async () => {
    const job = await submit(picture, {
      model,
      prompts: [
        { box: [15, 5, 75, 55] },
        {
          points: [
            { x: 40, y: 30 },
            { x: 90, y: 60, positive: false },
          ],
        },
        { points: [{ x: 90, y: 60 }] },
      ],
      multimask: true,
      outputs: ['overlay', 'label_map'],
    });
    const masks = masksOf(job);
    expect(new Set(masks.map(({ prompt_index }) => prompt_index))).toEqual(new Set([0, 1, 2]));
    expectRedBox(masks[0]);
    expectRedBox(masks.find(({ prompt_index }) => prompt_index === 1));
    const names = job.artifacts.map(({ name }) => name);
    expect(names).toContain('overlay.jpg');
    expect(names).toContain('label_map.png');
  });

  it('finds everything', async () => {
    const job = await submit(picture, {
      model,
      automatic: { points_per_side: 8, stability_score_thresh: 0.8 },
    });
    expect(job.input).toMatchObject({
      mode: 'everything',
      automatic: { points_per_side: 8, box_nms_thresh: 0.7 },
    });
    const [ground, box, ...others] = masksOf(job);
    expect(others).toEqual([]);
    expectRedBox(box);
    expect(ground!.area).toBeGreaterThan(box!.area);
    expect(box!.prompt_index).toBeNull();
  });
});

describe('an earlier mask', () => {
  it('is refined by the mask of another job', async () => {
    const first = await submit(picture, { model: 'meta', prompts: [{ points: [{ x: 40, y: 30 }] }] });
    const everywhere = {
      points: [
        { x: 40, y: 30 },
        { x: 90, y: 60 },
      ],
      box: [0, 0, RED_BOX.width, RED_BOX.height],
    };
    const image = { job: first.id };
    const without = await submit(image, { model: 'meta', prompts: [everywhere] });
    const refined = await submit(image, {
      model: 'meta',
      prompts: [{ ...everywhere, mask: { job: first.id, index: 0 } }],
    });
    expect(masksOf(without)[0]!.area).toBeGreaterThan(masksOf(refined)[0]!.area);
    expectRedBox(masksOf(refined)[0]);
  });

  it('is not taken by a model whose decoder takes none', async () => {
    const first = await submit(picture, { model: 'meta', prompts: [{ points: [{ x: 40, y: 30 }] }] });
    const asked = service.client.submitSegmentation({
      image: { job: first.id },
      model: 'transformers',
      prompts: [{ points: [{ x: 40, y: 30 }], mask: { job: first.id, index: 0 } }],
    });
    await expect(asked).rejects.toMatchObject({ problem: { status: 422, code: 'option_not_supported' } });
  });
});
