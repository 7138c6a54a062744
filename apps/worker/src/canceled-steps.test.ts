import { encodePicture, pixelsOf } from '@darkroom/imaging';
import {
  type DarkroomProcess,
  samDecoderGraph,
  samEncoderGraph,
  samManifest,
  writeTestModel,
} from '@darkroom/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inferencePids, TestService } from './testing/test-service.js';

const MODEL = 'many-steps';
const SIDE = 128;
/** Each point is a run of the decoder: minutes in all. */
const POINTS_PER_SIDE = 128;

let service: TestService;
let worker: DarkroomProcess;

beforeAll(async () => {
  service = await TestService.start();
  const options = { exported: 'meta', side: SIDE, takesBoxes: true } as const;
  await writeTestModel(service.modelsFolder, {
    id: MODEL,
    graph: { encoder: samEncoderGraph(options), decoder: samDecoderGraph(options) },
    manifest: samManifest(options),
  });
  worker = await service.startWorker();
}, 120_000);
afterAll(() => service?.stop());

it('a run of many steps that is canceled frees the worker within one step and keeps the model loaded', async () => {
  const { client } = service;
  const image = await encodePicture(pixelsOf(new Uint8Array(SIDE * SIDE * 3).fill(90), SIDE, SIDE), 'png');
  const automatic = { points_per_side: POINTS_PER_SIDE, points_per_batch: 1 };
  const long = await client.submitSegmentation({ image, model: MODEL, automatic });
  await expect
    .poll(async () => (await client.job(long)).progress.step ?? 0, { timeout: 60_000 })
    .toBeGreaterThan(3);
  const pids = inferencePids(worker, MODEL);
  expect(pids).toHaveLength(1);
  const { status, progress } = await client.cancel(long);
  expect({ status, steps: progress.steps }).toEqual({ status: 'canceled', steps: POINTS_PER_SIDE ** 2 });
  expect(progress.step).toBeLessThan(POINTS_PER_SIDE ** 2);
  const prompts = [{ points: [{ x: 40, y: 30 }] }];
  const next = await client.submitSegmentation({ image, model: MODEL, prompts }, { waitSeconds: 50 });
  expect(next).toMatchObject({ status: 'succeeded', progress: { stage: 'done' } });
  // Far less than the steps that were left would have taken.
  expect(next.timings.total_ms).toBeLessThan(10_000);
  expect(inferencePids(worker, MODEL)).toEqual(pids);
}, 120_000);
